/** The networks of a classification bundle as functions of a picture: the target that is defended, and the chain before it. */
import { FwError } from '../core/errors.js'
import type { ModelSettings } from '../core/settings.js'
import type { Bundle } from './bundle.js'
import { type ChainRun, purify } from './chain.js'
import { type ClassificationManifest, isClassification } from './manifest.js'
import { openGraphs } from './open-graphs.js'
import { scalar, type Tensor } from './tensor.js'

/** RGB, `width * height * 3` bytes, row by row. */
export interface RgbPicture {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/** Class numbers by the target on the picture itself, behind the gate, and purified whatever the classifier says. */
export interface Classified {
  readonly undefended: number
  readonly gated: number
  readonly purified: number
  readonly flagged: boolean
  readonly score: number
}

export interface ClassNets {
  readonly manifest: ClassificationManifest
  readonly provider: string
  /** Throws FW_SOURCE for a size that the networks do not take. */
  classify(picture: RgbPicture): Promise<Classified>
  release(): Promise<void>
}

/** Where the manifest leaves a side open. */
const PROOF_SIDE = 32

/** Throws FW_MODEL_SHAPE, FW_MODEL_LOAD, FW_MODEL_MISSING, FW_GPU_REQUIRED, FW_PROVIDER_UNAVAILABLE or FW_WORKER_*. */
export async function openClassNets(bundle: Bundle, models: ModelSettings, cores: number): Promise<ClassNets> {
  const { manifest } = bundle
  if (!isClassification(manifest)) {
    throw new FwError('FW_MODEL_SHAPE', `bundle ${manifest.name}: task ${manifest.task} is no classification`)
  }
  const { target, chain } = manifest.graphs
  const [, rows, columns] = target.inputs[0]!.shape
  const side = (size: string | number | undefined) => (typeof size === 'number' ? size : PROOF_SIDE)
  const proof = { width: side(columns), height: side(rows) }
  const blank = tensorOf({ ...proof, pixels: new Uint8Array(proof.width * proof.height * 3) })
  const wanted = {
    target: { spec: target, reads: ['logits'], blank, usual: blank },
    chain: { spec: chain, reads: ['purified', 'score'], blank, usual: blank },
  }
  const graphs = await openGraphs(bundle, wanted, models, { cores, prove: true })
  return {
    manifest,
    provider: graphs.provider,
    release: graphs.release,
    async classify(picture) {
      checkSize(picture)
      const first = await look(picture)
      const flagged = first.score >= manifest.thresholds.flagged
      const undefended = await decide(picture.pixels)
      const purified = await decide(first.purified)
      const healed = flagged && (await purify(look, picture, first, manifest.thresholds.flagged, manifest.max_passes))
      const gated = !healed ? undefended : healed.applied === 1 ? purified : await decide(healed.pixels)
      return { undefended, gated, purified, flagged, score: first.score }

      async function decide(pixels: Uint8Array): Promise<number> {
        const { logits } = await graphs.run('target', tensorOf({ ...picture, pixels }))
        return argmax(logits!.data as Float32Array)
      }
    },
  }

  async function look(picture: RgbPicture): Promise<Pick<ChainRun, 'purified' | 'score'>> {
    const out = await graphs.run('chain', tensorOf(picture))
    return { purified: out.purified!.data as Uint8Array, score: scalar(out, 'score') }
  }

  function checkSize({ width, height }: RgbPicture): void {
    const fits = (wanted: string | number | undefined, size: number) => typeof wanted !== 'number' || wanted === size
    if (fits(columns, width) && fits(rows, height)) return
    throw new FwError('FW_SOURCE', `picture ${width}x${height}, the networks take ${columns}x${rows}`)
  }
}

/** RGB as uint8 [1, H, W, 3]. */
function tensorOf({ pixels, width, height }: RgbPicture): Tensor {
  return { type: 'uint8', data: pixels, dims: [1, height, width, 3] }
}

function argmax(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
