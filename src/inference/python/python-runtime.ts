/** onnxruntime's Python wheel in a child of this process (worker/framewarden_worker). */
import type { Provider } from '../../core/settings.js'
import { missingLibrary } from '../missing-library.js'
import type { GraphFacts, GraphToOpen, NetworkRuntime, Networks, OpenOptions } from '../network-runtime.js'
import type { Proof } from '../proof.js'
import type { Outputs, Tensor } from '../tensor.js'
import type { WireMessage } from './wire.js'
import { type PythonWorker, startWorker } from './worker.js'
import { keepWorker } from './worker-keeper.js'

export interface PythonOptions {
  /** Program: a name on PATH, or an absolute path. */
  readonly python: string
  /** Folder for TensorRT's engines and timings; undefined: built anew at each start. */
  readonly cacheDir?: string
  /** One run that takes this long is taken for hung: less than what ends the guard (core/guard-protocol). */
  readonly runMs?: number
}

const RUN_MS = 2_000
/** Opening, and the first run: CUDA compiles kernels for a card that its wheel does not know, TensorRT builds its engines. */
const OPEN_MS: Readonly<Record<Provider, number>> = { cpu: 120_000, cuda: 300_000, tensorrt: 3_600_000 }
const ARRAYS = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array, int64: BigInt64Array } as const

/** Throws FW_WORKER_MISSING where the program, or what it needs, is not there; else what `startWorker` throws. */
export async function startPythonRuntime(options: PythonOptions): Promise<NetworkRuntime> {
  // A provider's refusal leaves the worker for the next one, unless it has died of it.
  let spare: PythonWorker | undefined = await startWorker(options.python)
  const { hello } = spare
  return {
    name: 'python',
    text: `onnxruntime ${hello.onnxruntime} on Python ${hello.python}`,
    async open(graphs, open) {
      const worker = spare?.alive() ? spare : await startWorker(options.python)
      spare = worker
      const networks = await openOn(worker, graphs, open, options)
      spare = undefined
      return networks
    },
    async close() {
      await spare?.close()
    },
  }
}

async function openOn<Name extends string>(
  first: PythonWorker,
  graphs: Readonly<Record<Name, GraphToOpen>>,
  open: OpenOptions,
  options: PythonOptions,
): Promise<Networks<Name>> {
  const withinMs = OPEN_MS[open.provider]
  const facts = await openGraphsOf(first, graphs, open, options).catch(refusal)
  const keeper = keepWorker(first, async (signal) => {
    const worker = await startWorker(options.python, signal)
    try {
      await openGraphsOf(worker, graphs, open, options)
      for (const name in graphs) await worker.ask(...message('run', name, graphs[name].usual), withinMs)
      return worker
    } catch (error) {
      await worker.close()
      throw error
    }
  })
  return {
    facts,
    async first(name, { prove }) {
      const { usual } = graphs[name]
      const proved = prove ? await keeper.ask(...message('prove', name, usual), withinMs).catch(refusal) : undefined
      await keeper.ask(...message('run', name, usual), withinMs).catch(refusal)
      return (proved?.header.proof as Proof | undefined) ?? {}
    },
    run: async (name, input) => outputsOf(await keeper.ask(...message('run', name, input), options.runMs ?? RUN_MS)),
    release: () => keeper.close(),
  }
}

/** A provider that ends the worker, or never answers, is one that refuses: the next one is tried. */
function refusal(error: Error): never {
  throw new Error(error.message, { cause: error })
}

async function openGraphsOf<Name extends string>(
  worker: PythonWorker,
  graphs: Readonly<Record<Name, GraphToOpen>>,
  { provider, precision, cores }: OpenOptions,
  { cacheDir }: PythonOptions,
): Promise<Record<Name, GraphFacts>> {
  const names = Object.keys(graphs) as Name[]
  const asked = names.map((name) => [name, askedFor(graphs[name])])
  const header = {
    type: 'open',
    provider,
    cores,
    // TensorRT compiles FP32 graphs to FP16 by itself; the golden frames say whether that is good enough
    fp16: precision === 'auto' || precision === 'fp16',
    int8: precision === 'int8',
    cache: cacheDir,
    graphs: Object.fromEntries(asked),
  }
  const bytes = names.map((name) => graphs[name].bytes)
  const opened = await worker.ask(header, bytes, OPEN_MS[provider]).catch((error: Error) => {
    const missing = missingLibrary(worker.lines().join('\n'))
    if (missing !== undefined) error.message += ` (${missing} is missing)`
    throw error
  })
  const found = opened.header.graphs as Record<Name, { inputs: []; outputs: [] }>
  const facts = names.map((name) => [name, { inputMetadata: found[name].inputs, outputMetadata: found[name].outputs }])
  return Object.fromEntries(facts)
}

/** `shapes`: what TensorRT builds one engine for. */
function askedFor({ input, blank, usual, largest }: GraphToOpen) {
  const shapes = largest === undefined ? {} : { min: blank.dims, opt: usual.dims, max: largest }
  return { input, shapes }
}

function message(type: 'run' | 'prove', graph: string, { type: dtype, data, dims }: Tensor) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return [{ type, graph, dtype, dims }, [bytes]] as const
}

function outputsOf({ header, parts }: WireMessage): Outputs {
  const outputs = header.outputs as readonly { name: string; type: keyof typeof ARRAYS; dims: readonly number[] }[]
  return Object.fromEntries(
    outputs.map(({ name, type, dims }, i) => [name, { type, data: new ARRAYS[type](parts[i]!.buffer), dims }]),
  )
}
