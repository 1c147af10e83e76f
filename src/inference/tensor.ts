/** What goes into a network and comes out of it, whatever runs it. */
export interface Tensor {
  /** As ONNX names it. */
  readonly type: string
  /** As many elements as `dims` say, in raster order. */
  readonly data: ArrayBufferView
  readonly dims: readonly number[]
}

export type Outputs = Readonly<Record<string, Tensor>>

/** The one number of a [1] output. Throws where it is none: NaN compares as clean with every threshold. */
export function scalar(outputs: Outputs, name: string): number {
  const value = (outputs[name]!.data as Float32Array)[0]!
  if (!Number.isFinite(value)) throw new Error(`the network's ${name} is ${value}`)
  return value
}
