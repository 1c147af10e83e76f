/** The networks of a bundle as sessions: on the first provider that takes them all, shapes checked, proved by a run. */
import { FwError } from '../core/errors.js'
import type { ModelSettings, Provider } from '../core/settings.js'
import { type Bundle, graphFile } from './bundle.js'
import { checkGraph, checkOutputs } from './graph-shape.js'
import type { GraphSpec } from './manifest.js'
import { type Proof, prove, together } from './proof.js'
import { openOnFirst, type Refusal } from './providers.js'
import { InferenceSession, sessionOptions, type Tensor } from './runtime.js'

export type Outputs = Readonly<Record<string, Tensor>>

export interface OpenGraphs<Name extends string> {
  readonly provider: Provider
  readonly proof: Proof
  readonly refusals: readonly Refusal[]
  run(name: Name, input: Tensor): Promise<Outputs>
  release(): Promise<void>
}

/** What the caller reads of each graph, and an input for the run that proves it. */
export type Wanted<Name extends string> = Readonly<
  Record<Name, { readonly spec: GraphSpec; readonly reads: readonly string[]; readonly blank: Tensor }>
>

export interface SessionsOptions {
  /** Cores that one run may use. */
  readonly cores: number
  /** Run each graph once to find out where its nodes run; else the proof is empty, and `require_gpu` is not checked. */
  readonly prove: boolean
}

/** Throws FW_MODEL_SHAPE, FW_MODEL_LOAD, FW_MODEL_MISSING, FW_GPU_REQUIRED, FW_PROVIDER_UNAVAILABLE. */
export async function openGraphs<Name extends string>(
  bundle: Bundle,
  wanted: Wanted<Name>,
  models: ModelSettings,
  { cores, prove: wantsProof }: SessionsOptions,
): Promise<OpenGraphs<Name>> {
  const names = Object.keys(wanted) as Name[]
  for (const name of names) checkOutputs(name, wanted[name].spec, wanted[name].reads)
  const { opened, provider, refusals } = await openOnFirst(models, async (provider) => {
    const options = sessionOptions(provider, cores)
    const sessions = new Map<Name, InferenceSession>()
    const proofs: Proof[] = []
    try {
      for (const name of names) {
        const { spec, blank } = wanted[name]
        const { bytes } = graphFile(bundle, spec, models.precision, provider)
        const session = await InferenceSession.create(bytes, options)
        sessions.set(name, session)
        checkGraph(name, spec, session)
        if (wantsProof) proofs.push(await prove(bytes, options, { [spec.inputs[0]!.name]: blank }))
      }
    } catch (error) {
      await releaseAll(sessions)
      throw error
    }
    return { sessions, proof: together(proofs) }
  })
  const { sessions, proof } = opened
  if (wantsProof && models.requireGpu && Object.keys(proof).every((name) => name === 'CPUExecutionProvider')) {
    await releaseAll(sessions)
    throw new FwError('FW_GPU_REQUIRED', `models.require_gpu is on: provider ${provider} ran all nodes on the CPU`)
  }
  return {
    provider,
    proof,
    refusals,
    run: (name, input) => sessions.get(name)!.run({ [wanted[name].spec.inputs[0]!.name]: input }),
    release: () => releaseAll(sessions),
  }
}

async function releaseAll(sessions: ReadonlyMap<string, InferenceSession>): Promise<void> {
  for (const session of sessions.values()) await session.release()
}

/** The one number of a [1] output. Throws where it is none: NaN compares as clean with every threshold. */
export function scalar(outputs: Outputs, name: string): number {
  const value = (outputs[name]!.data as Float32Array)[0]!
  if (!Number.isFinite(value)) throw new Error(`the network's ${name} is ${value}`)
  return value
}
