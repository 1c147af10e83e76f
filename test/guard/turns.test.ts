import { expect, test } from 'vitest'
import type { Frame } from '../../src/core/frame.js'
import { createTurns } from '../../src/guard/turns.js'

const frame = (seq: number): Frame => ({
  cameraId: 'gate',
  seq,
  capturedAtMs: seq,
  width: 8,
  height: 8,
  pixels: new Uint8Array(96),
  damaged: false,
})

function oneThread() {
  const turns = createTurns()
  turns.addThreads(1)
  return turns
}

/** A judge that takes one frame at a time and finishes when asked to. */
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

test('a camera with too many frames waiting goes on from its newest, the others are given up and counted', async () => {
  const slow = slowJudge()
  const givenUp: number[] = []
  const latest = oneThread().join(slow.judge, (f) => givenUp.push(f.seq))
  for (let seq = 0; seq < 5; seq++) latest.offer(frame(seq))
  expect(slow.judged).toEqual([0])
  expect(givenUp).toEqual([1, 2, 3])
  expect(latest.dropped()).toBe(3)
  slow.finish()
  await expect.poll(() => slow.judged).toEqual([0, 4])
  slow.finish()
  await expect.poll(() => latest.judgingSinceMs()).toBeUndefined()
})

test('frames that come while others are judged wait their turn and are judged in order', async () => {
  const slow = slowJudge()
  const givenUp: number[] = []
  const gate = oneThread().join(slow.judge, (f) => givenUp.push(f.seq))
  for (let seq = 0; seq < 4; seq++) gate.offer(frame(seq))
  for (let judged = 1; judged < 4; judged++) {
    slow.finish()
    await expect.poll(() => slow.judged.length).toBe(judged + 1)
  }
  expect(slow.judged).toEqual([0, 1, 2, 3])
  expect([givenUp, gate.dropped()]).toEqual([[], 0])
})

test('stop waits for the frame in judgement and gives up what comes after', async () => {
  const slow = slowJudge()
  const givenUp: number[] = []
  const latest = oneThread().join(slow.judge, (f) => givenUp.push(f.seq))
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

test('cameras share a thread: each is judged in its turn, and a second thread takes what waits', async () => {
  const turns = oneThread()
  const [a, b, c] = [slowJudge(), slowJudge(), slowJudge()]
  const [gate, door, yard] = [a, b, c].map(({ judge }) => turns.join(judge, () => {}))
  gate!.offer(frame(0))
  door!.offer(frame(1))
  yard!.offer(frame(2))
  expect([a.judged, b.judged, c.judged]).toEqual([[0], [], []])
  expect(door!.judgingSinceMs()).toBeUndefined()
  turns.addThreads(1)
  expect(b.judged).toEqual([1])
  a.finish()
  await expect.poll(() => c.judged).toEqual([2])
})

test('a camera that leaves gives its waiting frame up, and the others go on', async () => {
  const turns = oneThread()
  const [a, b, c] = [slowJudge(), slowJudge(), slowJudge()]
  const gate = turns.join(a.judge, () => {})
  const givenUp: number[] = []
  const door = turns.join(b.judge, (f) => givenUp.push(f.seq))
  const yard = turns.join(c.judge, () => {})
  gate.offer(frame(0))
  door.offer(frame(1))
  yard.offer(frame(2))
  await door.stop()
  expect(givenUp).toEqual([1])
  a.finish()
  await expect.poll(() => c.judged).toEqual([2])
  expect(b.judged).toEqual([])
})
