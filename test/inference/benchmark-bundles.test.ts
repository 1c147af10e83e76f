import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, findBundle, readBundle } from '../../src/inference/bundle.js'
import { purify } from '../../src/inference/chain.js'
import { type ClassNets, openClassNets, type RgbPicture } from '../../src/inference/class-nets.js'
import type { OpenGraphs } from '../../src/inference/graphs-on-runtime.js'
import type { ClassificationManifest } from '../../src/inference/manifest.js'
import { openGraphs } from '../../src/inference/open-graphs.js'
import { scalar, type Tensor } from '../../src/inference/tensor.js'
import { BENCHMARKS, expectedOf, fixtureDir, readPicture } from '../fixtures/benchmark.js'
import { MODELS } from './pictures.js'

describe.each(BENCHMARKS)('the bundle %s beside PyTorch', (name) => {
  const { bundle: made, tolerance, passes, pictures, shown } = expectedOf(name)
  let bundle: Bundle
  let manifest: ClassificationManifest
  let nets: ClassNets
  let graphs: OpenGraphs<'chain'>
  beforeAll(async () => {
    bundle = await readBundle(findBundle(name))
    nets = await openClassNets(bundle, MODELS, 1)
    manifest = nets.manifest
    const { chain } = manifest.graphs
    const [, height, width] = chain.inputs[0]!.shape as number[]
    const blank = tensorOf({ pixels: new Uint8Array(height! * width! * 3), height: height!, width: width! })
    const reads = ['purified', 'score', 'level']
    const wanted = { chain: { spec: chain, reads, blank, usual: blank } }
    graphs = await openGraphs(bundle, wanted, MODELS, { cores: 1, prove: true })
  })
  afterAll(() => Promise.all([nets.release(), graphs.release()]))

  it('is the one that the figures are of', () => {
    const { version, files } = manifest
    expect({ name, version, target: files.target!.sha256, chain: files.chain!.sha256 }).toEqual(made)
    expect(manifest.max_passes).toBe(passes)
  })

  it.each(pictures)('says the same of $file', async (wanted) => {
    const picture = await readPicture(`${fixtureDir(name)}/${wanted.file}`)
    const { score, ...answers } = await nets.classify(picture)
    const { undefended, gated, purified, flagged } = wanted
    expect(answers).toEqual({ undefended, gated, purified, flagged })
    expect(Math.abs(score - wanted.score)).toBeLessThanOrEqual(tolerance.score)
    expect(Math.abs((await look(picture)).level - wanted.level)).toBeLessThanOrEqual(tolerance.level)
  })

  it.each(shown)('shows the target the same of $file after at most $passes passes', async (wanted) => {
    const picture = await readPicture(`${fixtureDir(name)}/${wanted.file}`)
    const gated = await readPicture(`${fixtureDir(name)}/${wanted.gated}`)
    const first = await look(picture)
    expect(first.score).toBeGreaterThanOrEqual(manifest.thresholds.flagged)
    const { pixels } = await purify(look, picture, first, manifest.thresholds.flagged, wanted.passes)
    const part = cut({ ...picture, pixels }, wanted.left, wanted.top, gated)
    expect(farthest(part, gated.pixels)).toBeLessThanOrEqual(tolerance.pixel)
  })

  async function look(picture: RgbPicture) {
    const out = await graphs.run('chain', tensorOf(picture))
    const purified = out.purified!.data as Uint8Array
    return { purified, score: scalar(out, 'score'), level: scalar(out, 'level') }
  }
})

function tensorOf({ pixels, width, height }: RgbPicture): Tensor {
  return { type: 'uint8', data: pixels, dims: [1, height, width, 3] }
}

/** The pixels of `from` under a window as large as `window`. */
function cut(from: RgbPicture, left: number, top: number, window: RgbPicture): Uint8Array {
  const rows = Array.from({ length: window.height }, (_, row) => {
    const start = ((top + row) * from.width + left) * 3
    return from.pixels.subarray(start, start + window.width * 3)
  })
  return new Uint8Array(Buffer.concat(rows))
}

/** Largest difference of two pictures in steps of 1/255; other CPUs sum in another order and round the other way. */
function farthest(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
