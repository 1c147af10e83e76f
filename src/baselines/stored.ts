/** A camera's baseline as a file holds it: what was learned, and of what it was learned. */
import { z } from 'zod'
import { type Baseline, NO_BASELINE, type RegimePast, restoredSignal } from '../core/baseline/baseline.js'
import { REGIMES } from '../core/baseline/regime.js'
import { SIGNALS, type Signal } from '../core/baseline/signals.js'
import { fourDecimals, isPaired, storedSample, UNPAIRED } from './stored-sample.js'
import { restoredTamper, storedTamper, writtenTamper } from './stored-tamper.js'

export const BASELINE_SCHEMA = 'framewarden/baseline/2'
/** Without what tamper is judged against, which is learned then. */
const WITHOUT_TAMPER = 'framewarden/baseline/1'

/** What a baseline belongs to: with another bundle, frame size or source its scores would be somebody else's. */
export interface BaselineOrigin {
  /** SHA-256 of the model bundle. */
  readonly bundle: string
  readonly width: number
  readonly height: number
  /** The camera's address, without credentials. */
  readonly source: string
}

const signal = storedSample.extend({ anchor: z.number().optional() }).refine(isPaired, UNPAIRED)
const stored = z.object({
  schema: z.literal([BASELINE_SCHEMA, WITHOUT_TAMPER]),
  bundle: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  source: z.string(),
  saved_at: z.string(),
  regimes: z.partialRecord(
    z.enum(REGIMES),
    z.object({
      learned_ms: z.number().nonnegative(),
      signals: z.object({ screen: signal, chain: signal, noise: signal }),
    }),
  ),
  tamper: storedTamper.optional(),
})

/** JSON of `baseline`; what waits to be learned and the last half minute are left out. */
export function baselineText({ regimes, tamper }: Baseline, origin: BaselineOrigin, atMs: number): string {
  const written = Object.entries(regimes).map(([regime, { learnedMs, signals }]) => [
    regime,
    {
      learned_ms: Math.round(learnedMs),
      signals: Object.fromEntries(
        SIGNALS.map((name) => {
          const { past, anchor } = signals[name]
          const { levels, deviations, spacingMs } = past
          return [
            name,
            { levels: fourDecimals(levels), deviations: fourDecimals(deviations), spacing_ms: spacingMs, anchor },
          ]
        }),
      ),
    },
  ])
  const { bundle, width, height, source } = origin
  const head = { schema: BASELINE_SCHEMA, bundle, width, height, source, saved_at: new Date(atMs).toISOString() }
  return `${JSON.stringify({ ...head, regimes: Object.fromEntries(written), tamper: writtenTamper(tamper) })}\n`
}

/** The baseline of `text`, or why there is none. `origin` undefined: any will do. */
export function parseBaseline(text: string, origin?: Partial<BaselineOrigin>): Baseline | { readonly problem: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { problem: `no JSON: ${(error as Error).message}` }
  }
  const parsed = stored.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    return { problem: `${issue.path.join('.') || 'file'}: ${issue.message}` }
  }
  const { bundle, width, height, source, regimes } = parsed.data
  const was = { bundle, width, height, source }
  for (const key of ['bundle', 'width', 'height', 'source'] as const) {
    if (origin?.[key] !== undefined && origin[key] !== was[key]) {
      return { problem: `learned with another ${key === 'width' || key === 'height' ? 'frame size' : key}` }
    }
  }
  const restored = Object.entries(regimes).map(([regime, past]): [string, RegimePast] => {
    const of = (name: Signal) => {
      const { levels, deviations, spacing_ms, anchor } = past.signals[name]
      return restoredSignal(levels, deviations, spacing_ms, anchor)
    }
    const signals = { screen: of('screen'), chain: of('chain'), noise: of('noise') }
    return [regime, { learnedMs: past.learned_ms, signals }]
  })
  return { ...NO_BASELINE, regimes: Object.fromEntries(restored), tamper: restoredTamper(parsed.data.tamper) }
}
