/** The two networks of a camera bundle as functions of a picture. */
import { FwError } from '../core/errors.js'
import { i420Bytes } from '../core/frame.js'
import type { ModelSettings } from '../core/settings.js'
import type { Bundle } from './bundle.js'
import type { I420Picture, LogitMap, Nets } from './chain.js'
import { checkGolden } from './golden.js'
import type { OpenGraphs, SessionsOptions } from './graphs-on-runtime.js'
import { type CameraManifest, isClassification } from './manifest.js'
import { type ChosenGraphs, openGraphs } from './open-graphs.js'
import { type Outputs, scalar, type Tensor } from './tensor.js'

export interface CameraNets extends Nets, Omit<ChosenGraphs<never>, 'run'> {
  readonly manifest: CameraManifest
}

/** Sizes of pictures: one that proves a session, small and a multiple of what any bundle asks, the usual, and the largest that TensorRT is asked to take (memory of a board). */
const SMALL = { width: 64, height: 64 }
const USUAL = { width: 640, height: 360 }
const LARGEST = { width: 1280, height: 960 }

/** With `prove` also by the bundle's golden frames. Throws FW_MODEL_*, FW_GPU_REQUIRED, FW_PROVIDER_UNAVAILABLE or FW_WORKER_*. */
export async function openCameraNets(
  bundle: Bundle,
  models: ModelSettings,
  options: SessionsOptions,
): Promise<CameraNets> {
  const { manifest } = bundle
  if (isClassification(manifest)) {
    throw new FwError('FW_MODEL_SHAPE', `bundle ${manifest.name}: task ${manifest.task}, a camera's bundle is needed`)
  }
  const { screen, chain } = manifest.graphs
  const grey = (size: typeof USUAL) => greyOf(size, manifest.multiple_of)
  const inputs = { blank: grey(SMALL), usual: grey(USUAL), largest: grey(LARGEST) }
  const wanted = {
    screen: { spec: screen, reads: ['score'], ...inputs },
    chain: { spec: chain, reads: ['purified', 'score', 'level'], ...inputs },
  }
  const { run, ...facts } = await openGraphs(bundle, wanted, models, options, async (graphs) => {
    if (options.prove) await checkGolden(bundle, { ...netsOf(graphs), manifest, provider: graphs.provider })
  })
  return { ...netsOf({ run }), ...facts, manifest }
}

function netsOf({ run }: Pick<OpenGraphs<'screen' | 'chain'>, 'run'>): Nets {
  return {
    async screen(picture) {
      const out = await run('screen', tensorOf(picture))
      return { score: scalar(out, 'score'), map: mapOf(out) }
    },
    async chain(picture) {
      const out = await run('chain', tensorOf(picture))
      const purified = out.purified!.data as Uint8Array<ArrayBuffer>
      return { purified, score: scalar(out, 'score'), level: scalar(out, 'level'), map: mapOf(out) }
    },
  }
}

/** A grey picture of at least that size which the networks take. */
function greyOf(size: typeof USUAL, multipleOf: number): Tensor {
  const [width, height] = [size.width, size.height].map((side) => Math.ceil(side / multipleOf) * multipleOf) as [
    number,
    number,
  ]
  return tensorOf({ width, height, pixels: new Uint8Array(i420Bytes(width, height)).fill(128) })
}

/** I420 as uint8 [1, H*3/2, W]; the tensor shares the picture's bytes. */
function tensorOf(picture: I420Picture): Tensor {
  return { type: 'uint8', data: picture.pixels, dims: [1, (picture.height * 3) / 2, picture.width] }
}

function mapOf({ map }: Outputs): LogitMap | undefined {
  return map && { cells: map.data as Float32Array, columns: map.dims[3]!, rows: map.dims[2]! }
}
