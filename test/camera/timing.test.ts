/** Decisions over time, with the clock as an argument. */
import { expect, test } from 'vitest'
import { arrivalMs } from '../../src/camera/capture-time.js'
import { frozenWatch } from '../../src/camera/frozen.js'
import { repeats } from '../../src/camera/repeat.js'
import { afterEnd } from '../../src/camera/retry.js'
import type { FwCode } from '../../src/core/errors.js'

test('repeats: the first at once, the others counted, one line a second', () => {
  const said = repeats('gate')
  expect(said.note('FW_CAMERA_CORRUPT', 'a', 0)).toMatchObject({ text: 'a', count: 1 })
  expect(said.note('FW_CAMERA_CORRUPT', 'b', 10)).toBeUndefined()
  expect(said.note('FW_CAMERA_STALLED', 's', 20)).toMatchObject({ count: 1 })
  expect(said.note('FW_CAMERA_CORRUPT', 'c', 900)).toBeUndefined()
  expect(said.due(999)).toEqual([])
  expect(said.due(1000)).toEqual([{ code: 'FW_CAMERA_CORRUPT', subject: 'gate', text: 'c', count: 2 }])
  expect(said.due(5000)).toEqual([])
  expect(said.note('FW_CAMERA_CORRUPT', 'd', 5000)).toMatchObject({ count: 1 })
})

test('a stamp that cannot be an arrival is replaced by the time of reading', () => {
  expect(arrivalMs(1_795_370_896_000_000, 1_795_370_896_070)).toBe(1_795_370_896_000)
  expect(arrivalMs(0, 1_795_370_896_070)).toBe(1_795_370_896_070)
  expect(arrivalMs(Number.NaN, 5)).toBe(5)
  expect(arrivalMs(9e15, 1_795_370_896_070)).toBe(1_795_370_896_070)
})

function noisy(seed: number): Uint8Array {
  let s = seed * 2654435761
  return Uint8Array.from({ length: 64 * 64 * 1.5 }, () => {
    s = (s * 1103515245 + 12345) & 0x7fffffff
    return 100 + ((s >> 16) % 9)
  })
}

test('a picture that stands still is frozen after frozenMs, and no longer when it moves', () => {
  const watch = frozenWatch(5000)
  const still = noisy(1)
  const seen = [0, 1000, 2000, 3000, 4000, 5000, 6000].map((ms) => watch.see(still, 64, 64, ms))
  expect(seen).toEqual([false, false, false, false, false, true, true])
  expect(watch.see(noisy(2), 64, 64, 6500)).toBe(true) // not looked at: less than a second later
  expect(watch.see(noisy(2), 64, 64, 7000)).toBe(false)
})

test("sensor noise alone is life, and so is one block's change", () => {
  const watch = frozenWatch(3000)
  for (let i = 0; i < 10; i++) expect(watch.see(noisy(i), 64, 64, i * 1000)).toBe(false)
  const clock = frozenWatch(3000)
  for (let i = 0; i < 10; i++) {
    const picture = noisy(1)
    picture.fill(i % 2 === 0 ? 200 : 30, 10, 20)
    expect(clock.see(picture, 64, 64, i * 1000)).toBe(false)
  }
})

test('a change too slow to see from one look to the next is still a change', () => {
  const watch = frozenWatch(5000)
  for (let i = 0; i < 20; i++)
    expect(watch.see(new Uint8Array(64 * 96).fill(50 + i * 0.4), 64, 64, i * 1000)).toBe(false)
})

const end = (code: FwCode, flowedMs: number) => ({
  cause: { code, text: '' },
  frames: flowedMs > 0 ? 10 : 0,
  flowedMs,
  rc: 0,
})
const pull = { url: 'rtsp://gate/', listen: false }
const push = { url: 'rtsp://gate/', listen: true }

test.each([
  ['a camera that is away waits longer each time', pull, end('FW_CAMERA_REFUSED', 0), 3, { atOnce: false, waits: 4 }],
  [
    'frames that flowed for long make the next wait the first',
    pull,
    end('FW_CAMERA_ENDED', 60_000),
    7,
    { atOnce: false, waits: 1 },
  ],
  ['frames that flowed for a moment do not', pull, end('FW_CAMERA_ENDED', 900), 7, { atOnce: false, waits: 8 }],
  ['a new size is opened at once', pull, end('FW_CAMERA_RESIZED', 900), 2, { atOnce: true, waits: 0 }],
  ['a size that changes all the time is not', pull, end('FW_CAMERA_RESIZED', 100), 2, { atOnce: false, waits: 3 }],
  [
    'a listener stands again at once when its publisher left',
    push,
    end('FW_CAMERA_ENDED', 900),
    2,
    { atOnce: true, waits: 0 },
  ],
  [
    'a listener to which nobody came stands again at once',
    push,
    end('FW_CAMERA_TIMEOUT', 0),
    2,
    { atOnce: true, waits: 0 },
  ],
  ['a listener whose port is taken waits', push, end('FW_CAMERA_REFUSED', 0), 2, { atOnce: false, waits: 3 }],
  [
    'a recorded file starts over',
    { url: '/a.h264', listen: false },
    end('FW_CAMERA_ENDED', 900),
    0,
    { atOnce: true, waits: 0 },
  ],
] as const)('%s', (_, camera, ended, waits, next) => {
  expect(afterEnd(camera, ended, waits)).toEqual(next)
})
