import { expect, test } from 'vitest'
import { framesAhead } from '../../src/camera/frames-ahead.js'
import type { Frame } from '../../src/core/frame.js'

const frame = (seq: number): Frame => ({
  ...{ cameraId: 'clip', seq, capturedAtMs: seq, width: 8, height: 8, damaged: false },
  pixels: new Uint8Array(96),
})

/** `did`: what was asked of the decoder, in order. */
function ahead(live: boolean) {
  const did: string[] = []
  const queue = framesAhead({
    live,
    pause: () => did.push('pause'),
    resume: () => did.push('resume'),
    onLeftOut: () => did.push('left out'),
  })
  return { ...queue, did }
}

test('the decoder of a file waits once four frames are begun, and goes on when one of them was read', async () => {
  const { begun, push, next, did } = ahead(false)
  for (let i = 0; i < 3; i++) begun()
  expect(did).toEqual([])
  begun()
  begun()
  expect(did).toEqual(['pause'])
  for (let seq = 0; seq < 4; seq++) push(frame(seq))
  expect((await next())?.seq).toBe(0)
  expect((await next())?.seq).toBe(1)
  expect(did).toEqual(['pause'])
  const more = next()
  expect(did).toEqual(['pause', 'resume'])
  expect((await more)?.seq).toBe(2)
})

test('a stream is never held back: beyond 32 frames the oldest is left out', async () => {
  const { push, next, did } = ahead(true)
  for (let seq = 0; seq < 35; seq++) push(frame(seq))
  expect(did).toEqual(['left out', 'left out', 'left out'])
  expect((await next())?.seq).toBe(3)
})

test('what is ahead at the end is read before the end, also by who waits already', async () => {
  const { push, end, next } = ahead(false)
  push(frame(0))
  end()
  expect((await next())?.seq).toBe(0)
  expect(await next()).toBeUndefined()
  const other = ahead(true)
  const waiting = other.next()
  other.end()
  expect(await waiting).toBeUndefined()
})
