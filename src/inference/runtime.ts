/** ONNX Runtime, quiet: the one place that imports it. */
import './no-telemetry.js'
import { env, InferenceSession, listSupportedBackends, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Tensor } from './tensor.js'

// Must stand before the first session. Below `fatal` the binding prints red lines about each library that it does not find
// and each initialiser that it drops; what matters comes as an exception.
env.logLevel = 'fatal'

export { env, InferenceSession, listSupportedBackends }

export const ORT_VERSION = env.versions.node ?? 'of unknown version'

/** Shares the memory of `tensor`. */
export function ortTensor({ type, data, dims }: Tensor): OrtTensor {
  return new OrtTensor(type as 'uint8', data as Uint8Array, dims)
}

/** Options of a session on one provider. Sequential: the graphs have no parallel branches worth a second pool. */
export function sessionOptions(provider: string, cores: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: cores,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Patterns of memory by shape: without them a thread takes 12 MB less at 640x360, and is no slower.
    enableMemPattern: false,
    graphOptimizationLevel: 'all',
    // Idle threads of the pool would spin on the cores that decode the next frame: screen and chain at 640x360, 2 threads on
    // 2 busy cores, take 6.9 and 77 ms without spinning, 13.4 and 107 with; 1 thread takes 6.8 and 66.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
}
