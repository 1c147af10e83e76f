import { expect, test } from 'vitest'
import type { AlertEvidence } from '../../src/core/alert.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import type { Frame } from '../../src/core/frame.js'
import type { Incident } from '../../src/core/incident.js'
import { alertQueue } from '../../src/guard/alert-queue.js'
import { type EvidenceKeeper, withoutPictures } from '../../src/guard/evidence-keeper.js'

const model = { name: 'tiny', version: '1', sha256: 'f'.repeat(64) }

const incident = (id: string): Incident => ({
  id,
  phase: 'raised',
  sinceMs: 0,
  raisedAtMs: 0,
  updatedAtMs: 0,
  kind: 'noise',
  score: 9,
})

const frame = (luma: number): Frame => ({
  cameraId: 'gate',
  seq: 0,
  capturedAtMs: 1_000,
  width: 8,
  height: 8,
  pixels: new Uint8Array(96).fill(luma),
  damaged: false,
})

const kept = (before: Frame): AlertEvidence => ({ ...withoutPictures(before), before: `${before.pixels[0]}.jpg` })

/** A disk whose writes end when asked to. */
function slowDisk() {
  const pending: (() => void)[] = []
  const evidence: EvidenceKeeper = {
    keep: (_, __, before) => new Promise((resolve) => pending.push(() => resolve(kept(before)))),
  }
  return { evidence, finish: () => pending.shift()!(), pending }
}

function recorder(evidence: EvidenceKeeper, limits?: { pictures: number; keepMs: number }) {
  const sent: { id: string; before: string | null }[] = []
  const reported: Diagnostic[] = []
  const send: Parameters<typeof alertQueue>[1]['send'] = ({ body }) =>
    sent.push({ id: body.incident, before: body.evidence.before })
  const queue = alertQueue('gate', { evidence, model, send, onDiagnostic: (d) => reported.push(d) }, limits)
  return { queue, sent, reported }
}

test('alerts leave in their order, each when its pictures are there', async () => {
  const disk = slowDisk()
  const { queue, sent } = recorder(disk.evidence)
  queue.add(incident('a'), frame(1), undefined)
  queue.add(incident('b'), frame(2), undefined)
  await expect.poll(() => disk.pending.length).toBe(1)
  expect(sent).toEqual([])
  disk.finish()
  await expect.poll(() => sent).toEqual([{ id: 'a', before: '1.jpg' }])
  await expect.poll(() => disk.pending.length).toBe(1)
  disk.finish()
  await queue.drained()
  expect(sent.map(({ id }) => id)).toEqual(['a', 'b'])
})

test('pictures are of the frame as it was, though its buffer is used again at once', async () => {
  const disk = slowDisk()
  const { queue, sent } = recorder(disk.evidence)
  const reused = frame(7)
  queue.add(incident('a'), reused, undefined)
  reused.pixels.fill(0)
  await expect.poll(() => disk.pending.length).toBe(1)
  disk.finish()
  await queue.drained()
  expect(sent).toEqual([{ id: 'a', before: '7.jpg' }])
})

test('where many wait for their pictures, the next leaves without, in its turn, with the hash of its frame', async () => {
  const disk = slowDisk()
  const { queue, sent, reported } = recorder(disk.evidence, { pictures: 2, keepMs: 60_000 })
  for (const [i, id] of ['a', 'b', 'c'].entries()) queue.add(incident(id), frame(i), undefined)
  expect(reported.map(({ code, subject }) => [code, subject])).toEqual([['FW_EVIDENCE_DISK', 'gate']])
  for (let i = 0; i < 2; i++) {
    await expect.poll(() => disk.pending.length).toBe(1)
    disk.finish()
  }
  await queue.drained()
  expect(sent).toEqual([
    { id: 'a', before: '0.jpg' },
    { id: 'b', before: '1.jpg' },
    { id: 'c', before: null },
  ])
})

test('a disk that never answers holds no alert back', async () => {
  const { queue, sent, reported } = recorder(slowDisk().evidence, { pictures: 2, keepMs: 10 })
  queue.add(incident('a'), frame(1), undefined)
  await queue.drained()
  expect(sent).toEqual([{ id: 'a', before: null }])
  expect(reported[0]!.text).toBe('no pictures within 10 ms; the alert leaves without them')
})
