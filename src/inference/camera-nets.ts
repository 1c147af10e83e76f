/** The two networks of a camera bundle as functions of a picture. */
import { FwError } from '../core/errors.js'
import { i420Bytes } from '../core/frame.js'
import type { ModelSettings } from '../core/settings.js'
import type { Bundle } from './bundle.js'
import type { I420Picture, LogitMap, Nets } from './chain.js'
import { type CameraManifest, isClassification } from './manifest.js'
import { type OpenGraphs, type Outputs, openGraphs, type SessionsOptions, scalar } from './open-graphs.js'
import { Tensor } from './runtime.js'

export interface CameraNets extends Nets, Pick<OpenGraphs<never>, 'provider' | 'proof' | 'refusals' | 'release'> {
  readonly manifest: CameraManifest
}

/** Size of the picture that proves a session: small, and a multiple of what any bundle asks. */
const PROOF = { width: 64, height: 64 }

/** Throws FW_MODEL_SHAPE, FW_MODEL_LOAD, FW_MODEL_MISSING, FW_GPU_REQUIRED, FW_PROVIDER_UNAVAILABLE. */
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
  const blank = tensorOf({ ...PROOF, pixels: new Uint8Array(i420Bytes(PROOF.width, PROOF.height)).fill(128) })
  const wanted = {
    screen: { spec: screen, reads: ['score'], blank },
    chain: { spec: chain, reads: ['purified', 'score', 'level'], blank },
  }
  const graphs = await openGraphs(bundle, wanted, models, options)
  const { provider, proof, refusals, release } = graphs
  return {
    manifest,
    provider,
    proof,
    refusals,
    release,
    async screen(picture) {
      const out = await graphs.run('screen', tensorOf(picture))
      return { score: scalar(out, 'score'), map: mapOf(out) }
    },
    async chain(picture) {
      const out = await graphs.run('chain', tensorOf(picture))
      const purified = out.purified!.data as Uint8Array<ArrayBuffer>
      return { purified, score: scalar(out, 'score'), level: scalar(out, 'level'), map: mapOf(out) }
    },
  }
}

/** I420 as uint8 [1, H*3/2, W]; the tensor shares the picture's bytes. */
function tensorOf(picture: I420Picture): Tensor {
  return new Tensor('uint8', picture.pixels, [1, (picture.height * 3) / 2, picture.width])
}

function mapOf({ map }: Outputs): LogitMap | undefined {
  return map && { cells: map.data as Float32Array, columns: map.dims[3]!, rows: map.dims[2]! }
}
