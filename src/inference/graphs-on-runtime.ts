/** The networks of a bundle on one runtime: on the first provider that takes them all, shapes checked, proved by a run. */
import { FwError } from '../core/errors.js'
import type { ModelSettings, Provider, RuntimeName } from '../core/settings.js'
import { type Bundle, graphFile } from './bundle.js'
import { checkGraph } from './graph-shape.js'
import type { GraphSpec } from './manifest.js'
import type { GraphToOpen, NetworkRuntime, Networks } from './network-runtime.js'
import { type Proof, together } from './proof.js'
import { openOnFirst, type Refusal } from './providers.js'

export interface OpenGraphs<Name extends string> extends Pick<Networks<Name>, 'run' | 'release'> {
  /** What runs them, with its version. */
  readonly runtime: { readonly name: RuntimeName; readonly text: string }
  readonly provider: Provider
  readonly proof: Proof
  readonly refusals: readonly Refusal[]
}

/** What the caller reads of each graph, and inputs for the runs that prove and time it. */
export type Wanted<Name extends string> = Readonly<Record<Name, WantedGraph>>

interface WantedGraph extends Omit<GraphToOpen, 'bytes' | 'input'> {
  readonly spec: GraphSpec
  readonly reads: readonly string[]
}

export interface SessionsOptions {
  /** Cores that one run may use. */
  readonly cores: number
  /** Run each graph once to find out where its nodes run; else the proof is empty, and `require_gpu` is not checked. */
  readonly prove: boolean
  /** Folder for what a provider compiles (TensorRT's engines); undefined: it is compiled at each start. */
  readonly cacheDir?: string
}

/** Throws FW_MODEL_SHAPE, FW_MODEL_LOAD, FW_MODEL_MISSING, FW_GPU_REQUIRED, FW_PROVIDER_UNAVAILABLE. */
export async function openOnRuntime<Name extends string>(
  runtime: NetworkRuntime,
  bundle: Bundle,
  wanted: Wanted<Name>,
  models: ModelSettings,
  { cores, prove }: SessionsOptions,
): Promise<OpenGraphs<Name>> {
  const names = Object.keys(wanted) as Name[]
  const { opened, provider, refusals } = await openOnFirst(models, async (provider) => {
    const graphs = toOpen(bundle, wanted, models, provider)
    const networks = await runtime.open(graphs, { provider, precision: models.precision, cores })
    try {
      const proofs: Proof[] = []
      for (const name of names) {
        checkGraph(name, wanted[name].spec, networks.facts[name])
        proofs.push(await networks.first(name, { prove }))
      }
      return { networks, proof: together(proofs) }
    } catch (error) {
      await networks.release()
      throw error
    }
  })
  const { networks, proof } = opened
  if (prove && models.requireGpu && Object.keys(proof).every((name) => name === 'CPUExecutionProvider')) {
    await networks.release()
    throw new FwError('FW_GPU_REQUIRED', `models.require_gpu is on: provider ${provider} ran all nodes on the CPU`)
  }
  const { run, release } = networks
  return { runtime: { name: runtime.name, text: runtime.text }, provider, proof, refusals, run, release }
}

function toOpen<Name extends string>(
  bundle: Bundle,
  wanted: Wanted<Name>,
  { precision }: ModelSettings,
  provider: Provider,
): Record<Name, GraphToOpen> {
  const graphs = Object.entries<WantedGraph>(wanted).map(([name, { spec, reads, ...inputs }]) => {
    const { bytes } = graphFile(bundle, spec, precision, provider)
    return [name, { ...inputs, bytes, input: spec.inputs[0]!.name }]
  })
  return Object.fromEntries(graphs)
}
