/** The two networks of a camera bundle as functions of a picture. */
import { FwError } from '../core/errors.js'
import { i420Bytes } from '../core/frame.js'
import type { ModelSettings, Provider } from '../core/settings.js'
import { type Bundle, graphFile } from './bundle.js'
import type { Nets, Picture } from './chain.js'
import { checkGraph, checkOutputs } from './graph-shape.js'
import { type CameraManifest, isClassification } from './manifest.js'
import { type Proof, prove, together } from './proof.js'
import { openOnFirst, type Refusal } from './providers.js'
import { InferenceSession, sessionOptions, Tensor } from './runtime.js'

export interface CameraNets extends Nets {
  readonly manifest: CameraManifest
  readonly provider: Provider
  readonly proof: Proof
  readonly refusals: readonly Refusal[]
  release(): Promise<void>
}

/** Size of the picture that proves a session: small, and a multiple of what any bundle asks. */
const PROOF = { width: 64, height: 64 }
const READ = { screen: ['score'], chain: ['purified', 'score', 'level'] } as const

/** Throws FW_MODEL_SHAPE, FW_MODEL_LOAD, FW_MODEL_MISSING, FW_GPU_REQUIRED, FW_PROVIDER_UNAVAILABLE. */
export async function openCameraNets(bundle: Bundle, models: ModelSettings, threads: number): Promise<CameraNets> {
  const { manifest } = bundle
  if (isClassification(manifest)) {
    throw new FwError('FW_MODEL_SHAPE', `bundle ${manifest.name}: task ${manifest.task}, a camera's bundle is needed`)
  }
  const { opened, provider, refusals } = await openOnFirst(models, async (provider) => {
    const options = sessionOptions(provider, threads)
    const open = async (name: 'screen' | 'chain') => {
      const spec = manifest.graphs[name]
      checkOutputs(name, spec, READ[name])
      const { bytes } = graphFile(bundle, spec, models.precision, provider)
      const session = await InferenceSession.create(bytes, options)
      checkGraph(name, spec, session)
      const blank = { ...PROOF, pixels: new Uint8Array(i420Bytes(PROOF.width, PROOF.height)).fill(128) }
      const input = spec.inputs[0]!.name
      return {
        session,
        input,
        map: spec.outputs.some((o) => o.name === 'map'),
        proof: await prove(bytes, options, { [input]: tensorOf(blank) }),
      }
    }
    return { screen: await open('screen'), chain: await open('chain') }
  })
  const proof = together([opened.screen.proof, opened.chain.proof])
  if (models.requireGpu && Object.keys(proof).every((name) => name === 'CPUExecutionProvider')) {
    throw new FwError('FW_GPU_REQUIRED', `models.require_gpu is on: provider ${provider} ran all nodes on the CPU`)
  }
  const { screen, chain } = opened
  return {
    manifest,
    provider,
    proof,
    refusals,
    async screen(picture) {
      const out = await screen.session.run({ [screen.input]: tensorOf(picture) })
      return { score: scalar(out.score!, 'screen'), map: screen.map ? mapOf(out.map!) : undefined }
    },
    async chain(picture) {
      const out = await chain.session.run({ [chain.input]: tensorOf(picture) })
      const purified = out.purified!.data as Uint8Array<ArrayBuffer>
      const [score, level] = [scalar(out.score!, 'chain'), scalar(out.level!, 'chain')]
      return { purified, score, level, map: chain.map ? mapOf(out.map!) : undefined }
    },
    async release() {
      await screen.session.release()
      await chain.session.release()
    },
  }
}

/** I420 as uint8 [1, H*3/2, W]; the tensor shares the picture's bytes. */
function tensorOf(picture: Picture): Tensor {
  return new Tensor('uint8', picture.pixels, [1, (picture.height * 3) / 2, picture.width])
}

function scalar(tensor: Tensor, graph: string): number {
  const value = (tensor.data as Float32Array)[0]!
  // NaN compares as clean with every threshold: it must not pass for a score.
  if (!Number.isFinite(value)) throw new Error(`graph ${graph} gave ${value}`)
  return value
}

function mapOf(tensor: Tensor): { cells: Float32Array; columns: number; rows: number } {
  return { cells: tensor.data as Float32Array, columns: tensor.dims[3]!, rows: tensor.dims[2]! }
}
