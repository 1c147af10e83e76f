import { expect, test } from 'vitest'
import { priorsOf } from '../../src/core/baseline/priors.js'
import { FwError } from '../../src/core/errors.js'
import { type Frame, i420Bytes } from '../../src/core/frame.js'
import type { Verdict } from '../../src/core/verdict.js'
import type { ScanSource } from '../../src/scan/sources.js'
import { watchSource } from '../../src/scan/watched-source.js'

const thresholds = { suspicious: -0.5, flagged: 0 }
const model = { name: 'tiny', version: '1', sha256: 'ab' }
const facts = { thresholds, priors: priorsOf(thresholds), provider: 'cpu', model }
const options = { mode: 'cascade', purify: false, maxPasses: 1 } as const
const [width, height] = [64, 32]

const watched = (kind: ScanSource['kind']) => watchSource({ name: 'clip.mp4', kind }, facts, options, { kind: 'own' })

function frame(seq: number): Frame {
  const pixels = new Uint8Array(i420Bytes(width, height)).fill(100)
  return { cameraId: 'clip.mp4', seq, capturedAtMs: 500 + (seq * 1000) / 15, width, height, pixels, damaged: false }
}

function perturbed(logit: number): Verdict {
  const score = { logit, chainLogit: logit, p: 1e-4, level: 0.03 }
  return { kind: 'perturbed', score, purified: new Uint8Array(i420Bytes(width, height)), passes: 1 }
}
const clean: Verdict = { kind: 'clean', score: { logit: -3, screenLogit: -3, p: 0.5 }, passes: 0 }

test('a flagged picture is an incident by itself, and is looked at as the request says', () => {
  const picture = watched('picture')
  expect(picture.look(frame(0))).toEqual(options)
  const { frame: line, incidents } = picture.take({ frame: frame(0), verdict: perturbed(4) })
  expect(line).toEqual({ type: 'frame', source: 'clip.mp4', frame: 0, t: 0, score: 4, flagged: true })
  expect(incidents).toMatchObject([{ type: 'incident', phase: 'raised', t: 0, score: 4, level: 0.03 }])
  expect(picture.summary(100)).toMatchObject({ frames: 1, flagged: 1, incidents: 1, duration_s: 0 })
})

test('one flagged frame of a clip is none; times count from its first frame, and the last lasts as long as the others', () => {
  const clip = watched('clip')
  const lines = [clean, perturbed(4), clean].map((verdict, seq) => clip.take({ frame: frame(seq), verdict }))
  expect(lines.map(({ frame: { t, flagged } }) => [t, flagged])).toEqual([
    [0, false],
    [0.067, true],
    [0.133, false],
  ])
  expect(lines.flatMap(({ incidents }) => incidents)).toEqual([])
  expect(clip.summary(500)).toMatchObject({ frames: 3, flagged: 1, duration_s: 0.2, frames_per_s: 6 })
})

test('a frame that the networks failed on is unscored, neither clean nor flagged', () => {
  const clip = watched('clip')
  const error = new FwError('FW_INFERENCE_FAILED', 'no')
  expect(clip.take({ frame: frame(0), error }).frame).toMatchObject({ score: null, flagged: false })
  expect(clip.summary(100)).toMatchObject({
    frames: 1,
    flagged: 0,
    unscored: 1,
    score: null,
    ...{ provider: 'cpu', model },
  })
})
