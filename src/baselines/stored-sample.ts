/** A sample of clean values as a file holds it. */
import { z } from 'zod'

const values = z.array(z.number()).max(4096)

export const storedSample = z.object({ levels: values, deviations: values, spacing_ms: z.number().positive() })

export function isPaired({ levels, deviations }: z.output<typeof storedSample>): boolean {
  return levels.length === deviations.length
}

export const UNPAIRED = 'levels and deviations differ in number'

/** Four decimals: more is noise. */
export function fourDecimals(numbers: Iterable<number>): number[] {
  return Array.from(numbers, (value) => Number(value.toFixed(4)))
}
