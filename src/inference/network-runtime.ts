/**
 * The seam between the rule and what runs the networks: onnxruntime-node in this thread, or onnxruntime's Python wheel in a
 * child. Tensors in, tensors out; providers in order, shapes, proof, golden frames and the chain are above it, once.
 */
import type { Provider, RuntimeName } from '../core/settings.js'
import type { Precision } from './manifest.js'
import type { Proof } from './proof.js'
import type { InferenceSession } from './runtime.js'
import type { Outputs, Tensor } from './tensor.js'

/** Inputs and outputs as a network itself has them. */
export type GraphFacts = Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>

export interface GraphToOpen {
  /** The file's contents, as checked. */
  readonly bytes: Uint8Array
  readonly input: string
  /** An input as small as the network takes, and one as large as a camera's picture usually is. */
  readonly blank: Tensor
  readonly usual: Tensor
  /** Largest input that something compiled for a range of sizes has to take; undefined where the network takes one size only. */
  readonly largest?: Tensor
}

export interface OpenOptions {
  readonly provider: Provider
  readonly precision: 'auto' | Precision
  /** Cores that one run may use. */
  readonly cores: number
}

/** Networks on one provider. */
export interface Networks<Name extends string> {
  readonly facts: Readonly<Record<Name, GraphFacts>>
  /** Runs a graph for the first time, which may take longer than any later run; with `prove`, says where its nodes ran. */
  first(name: Name, options: { prove: boolean }): Promise<Proof>
  /** Each output is memory of its own. Rejects with what the runtime says, or FW_WORKER_*. */
  run(name: Name, input: Tensor): Promise<Outputs>
  release(): Promise<void>
}

export interface NetworkRuntime {
  readonly name: RuntimeName
  /** With its version, for people. */
  readonly text: string
  /** Rejects with the words of a provider that does not take them all; coded where no provider could. */
  open<Name extends string>(graphs: Readonly<Record<Name, GraphToOpen>>, options: OpenOptions): Promise<Networks<Name>>
  /** To be called when nothing more is opened; open networks stay. */
  close(): Promise<void>
}
