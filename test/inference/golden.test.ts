import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, findBundle, readBundle } from '../../src/inference/bundle.js'
import { type CameraNets, openCameraNets } from '../../src/inference/camera-nets.js'
import { judgePicture } from '../../src/inference/chain.js'
import { WORKER_PYTHON } from '../fixtures/worker-python.js'
import { MODELS } from './pictures.js'

/** What models/training/camera/golden.py wrote: drawn frames, and what the shipped bundle said about them where it was made. */
interface Golden {
  readonly bundle: { readonly name: string; readonly version: string; readonly screen: string; readonly chain: string }
  readonly tolerance: { readonly score: number; readonly level: number; readonly purified: number }
  readonly frames: readonly {
    readonly file: string
    readonly what: string
    readonly width: number
    readonly height: number
    readonly frame_sha256: string
    readonly screen: number
    readonly chain: number
    readonly level: number
    readonly purified_file: string
    readonly purified_sha256: string
  }[]
}

const DIR = fileURLToPath(new URL('../fixtures/golden', import.meta.url))
const { bundle: made, tolerance, frames }: Golden = JSON.parse(readFileSync(`${DIR}/golden.json`, 'utf8'))

const unpacked = (file: string) => new Uint8Array(gunzipSync(readFileSync(`${DIR}/${file}`)))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const RUNTIMES = [
  { runtime: 'node', python: 'python3' },
  { runtime: 'python', python: WORKER_PYTHON },
] as const

describe.each(RUNTIMES)('the shipped bundle on the frames drawn for it, by $runtime', ({ runtime, python = '' }) => {
  const test = it.skipIf(python === '')
  let bundle: Bundle
  let nets: CameraNets
  beforeAll(async () => {
    if (python === '') return
    bundle = await readBundle(findBundle('camera'))
    nets = await openCameraNets(bundle, { ...MODELS, runtime, python }, { cores: 1, prove: true })
  })
  afterAll(() => nets?.release())

  test('is the one that the golden figures are of', () => {
    const { name, version, files } = bundle.manifest
    expect({ name, version, screen: files.screen!.sha256, chain: files.chain!.sha256 }).toEqual(made)
  })

  test.each(frames)('scores, purifies and judges $file ($what) as it did', async (frame) => {
    const { width, height } = frame
    const pixels = unpacked(frame.file)
    expect(sha256(pixels)).toBe(frame.frame_sha256)
    const screen = await nets.screen({ pixels, width, height })
    const chain = await nets.chain({ pixels, width, height })
    expect(Math.abs(screen.score - frame.screen)).toBeLessThanOrEqual(tolerance.score)
    expect(Math.abs(chain.score - frame.chain)).toBeLessThanOrEqual(tolerance.score)
    expect(Math.abs(chain.level - frame.level)).toBeLessThanOrEqual(tolerance.level)
    expect(farthest(chain.purified, unpacked(frame.purified_file))).toBeLessThanOrEqual(tolerance.purified)

    const { thresholds } = nets.manifest
    const verdict = await judgePicture(
      nets,
      nets.manifest,
      { pixels, width, height },
      { mode: 'full', purify: false, maxPasses: 1 },
    )
    expect(verdict.kind).toBe(frame.chain >= thresholds.flagged ? 'perturbed' : 'clean')
    expect(sha256(pixels)).toBe(frame.frame_sha256)
  })
})

/** Largest difference of two pictures in steps of 1/255; other CPUs sum in another order and round the other way. */
function farthest(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
