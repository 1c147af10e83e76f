/** What tamper is judged against, as a file holds it: a camera's views and the past of its signals, by light. */
import { z } from 'zod'
import { restoredSignal } from '../core/baseline/baseline.js'
import { REGIMES } from '../core/baseline/regime.js'
import type { KnownView, TamperPast, TamperPasts } from '../core/tamper/past.js'
import { TAMPER_SIGNALS } from '../core/tamper/signals.js'
import { fourDecimals, isPaired, storedSample, UNPAIRED } from './stored-sample.js'

/** 120 x 120 cells of 16 samples. */
const cells = z.array(z.number()).max(14_400)
const view = z
  .object({
    columns: z.int().positive(),
    lines: z.int().positive(),
    weight: z.number().positive(),
    means: cells,
    detail: cells,
  })
  .refine(
    ({ columns, lines, means, detail }) => means.length === columns * lines && detail.length === means.length,
    'cells are missing',
  )

export const storedTamper = z.partialRecord(
  z.enum(REGIMES),
  z.object({
    views: z.array(view).max(16),
    signals: z.partialRecord(z.enum(TAMPER_SIGNALS), storedSample.refine(isPaired, UNPAIRED)),
  }),
)

type Stored = z.output<typeof storedTamper>

/** A view that has not stood for long enough is left out. */
export function writtenTamper(pasts: TamperPasts): Stored {
  const written = Object.entries(pasts).map(([regime, { views, signals }]) => [
    regime,
    {
      views: views.map((one) => ({ ...one, means: tenths(one.means), detail: tenths(one.detail) })),
      signals: Object.fromEntries(
        Object.entries(signals).map(([name, { past }]) => [
          name,
          { levels: fourDecimals(past.levels), deviations: fourDecimals(past.deviations), spacing_ms: past.spacingMs },
        ]),
      ),
    },
  ])
  return Object.fromEntries(written)
}

export function restoredTamper(stored: Stored = {}): TamperPasts {
  const restored = Object.entries(stored).map(([regime, { views, signals }]): [string, TamperPast] => [
    regime,
    {
      views: views.map(
        (one): KnownView => ({
          ...one,
          means: Float32Array.from(one.means),
          detail: Float32Array.from(one.detail),
        }),
      ),
      signals: Object.fromEntries(
        Object.entries(signals).map(([name, { levels, deviations, spacing_ms }]) => [
          name,
          restoredSignal(levels, deviations, spacing_ms, undefined),
        ]),
      ),
    },
  ])
  return Object.fromEntries(restored)
}

/** One decimal of a step of luma: the encoder rounds more. */
function tenths(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toFixed(1)))
}
