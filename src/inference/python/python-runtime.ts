/** onnxruntime's Python wheel in a child of this process (worker/framewarden_worker). */
import { FwError } from '../../core/errors.js'
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
      for (const name in graphs)
        for (const input of firstInputs(graphs[name], open.provider))
          await worker.ask(...message('run', name, input), withinMs)
      return worker
    } catch (error) {
      await worker.close()
      throw error
    }
  })
  return {
    facts,
    async first(name, { prove }) {
      for (const input of firstInputs(graphs[name], open.provider))
        await keeper.ask(...message('run', name, input), withinMs).catch(refusal)
      if (!prove) return {}
      const { header } = await keeper.ask(...message('prove', name, graphs[name].usual), withinMs).catch(refusal)
      return header.proof as Proof
    },
    async run(name, input) {
      const { largest } = graphs[name]
      if (open.provider === 'tensorrt' && largest) checkWithin(input, largest)
      return outputsOf(await keeper.ask(...message('run', name, input), options.runMs ?? RUN_MS))
    },
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
  const asked = names.map((name) => [name, { input: graphs[name].input }])
  const header = {
    type: 'open',
    provider,
    cores,
    // TensorRT compiles FP32 graphs to FP16 where it is asked to; the golden frames say whether that is good enough
    fp16: precision === 'fp16',
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

/**
 * What a graph runs on before frames come. TensorRT builds an engine for the range of sizes that it has met, and again when one lies
 * outside. The range cannot be named beforehand: its options ask for the inner tensors, too, where a part of the graph is left
 * to CUDA (ONNX Runtime 1.14 to 1.24: "needs to provide all the dynamic shape inputs with associated profiles").
 */
function firstInputs({ blank, usual, largest }: GraphToOpen, provider: Provider): readonly Tensor[] {
  return provider === 'tensorrt' && largest ? [blank, largest, usual] : [usual]
}

/** Throws FW_MODEL_SHAPE for what would build another engine while frames wait. */
function checkWithin({ dims }: Tensor, largest: Tensor): void {
  if (dims.every((size, i) => size <= largest.dims[i]!)) return
  const text = `an input of ${dims.join('x')}, TensorRT's engine takes ${largest.dims.join('x')} at most`
  throw new FwError('FW_MODEL_SHAPE', text, { remedy: 'Lower frame.width, or set models.providers: [cuda].' })
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
