import { expect, test } from 'vitest'
import type { Frame } from '../../src/core/frame.js'
import { latestFrame } from '../../src/guard/latest-frame.js'

const frame = (seq: number): Frame => ({
  cameraId: 'gate',
  seq,
  capturedAtMs: seq,
  width: 8,
  height: 8,
  pixels: new Uint8Array(96),
  damaged: false,
})

/** A judge that takes one frame at a time and finishes when told. */
function slowJudge() {
  const judged: number[] = []
  let finish: () => void = () => {}
  const judge = (f: Frame) => {
    judged.push(f.seq)
    return new Promise<void>((resolve) => {
      finish = resolve
    })
  }
  return { judged, judge, finish: () => finish() }
}

test('the newest waiting frame wins, the others are given up and counted', async () => {
  const slow = slowJudge()
  const givenUp: number[] = []
  const latest = latestFrame(slow.judge, (f) => givenUp.push(f.seq))
  for (let seq = 0; seq < 5; seq++) latest.offer(frame(seq))
  expect(slow.judged).toEqual([0])
  expect(givenUp).toEqual([1, 2, 3])
  expect(latest.dropped()).toBe(3)
  slow.finish()
  await expect.poll(() => slow.judged).toEqual([0, 4])
  slow.finish()
  await expect.poll(() => latest.judgingSinceMs()).toBeUndefined()
})

test('stop waits for the frame in judgement and gives up what comes after', async () => {
  const slow = slowJudge()
  const givenUp: number[] = []
  const latest = latestFrame(slow.judge, (f) => givenUp.push(f.seq))
  latest.offer(frame(0))
  latest.offer(frame(1))
  let stopped = false
  const stopping = latest.stop().then(() => {
    stopped = true
  })
  latest.offer(frame(2))
  expect(givenUp).toEqual([1, 2])
  expect(stopped).toBe(false)
  slow.finish()
  await stopping
  expect(slow.judged).toEqual([0])
})
