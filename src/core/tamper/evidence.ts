/** From a second's measurements to evidence for each kind of tamper. */
import type { Regime } from '../baseline/regime.js'
import { accumulate, type Evidence, lnBet, NO_EVIDENCE, PAYS_P, thresholdFor } from '../evidence.js'
import { TAMPER_KINDS, type TamperKind, type TamperSettings } from './kinds.js'
import { knownOf, levelOf, rarityOf, type TamperPasts } from './past.js'
import type { Second } from './second.js'
import type { TamperSignal } from './signals.js'

export type TamperEvidence = Readonly<Record<TamperKind, Evidence>>

export const NO_TAMPER_EVIDENCE = Object.fromEntries(
  TAMPER_KINDS.map((kind) => [kind, NO_EVIDENCE]),
) as unknown as TamperEvidence

/** No kind has anything against the camera. */
export function isSilent(evidence: TamperEvidence): boolean {
  return TAMPER_KINDS.every((kind) => evidence[kind].nats === 0)
}

/**
 * What passes by within so many seconds raises nothing: somebody who looks into the lens, a focus that hunts. The evidence of
 * a second is capped accordingly, which only makes the test more careful.
 */
const LASTS_S = 4
/** The kinds share the false alarms that are allowed of the camera; half of them are left to perturbations. */
const SHARE = 2 * TAMPER_KINDS.length
/** Brighter parts than this there are in any picture that shows something: limited range, black is 16. */
const BLACK = 40
/** Burnt out above its own level by this share, a picture is too bright, not covered. */
const BURNT_OUT = 0.25
/** Coarse edges that have gone, in nats: something flat is before the lens; else the camera looks elsewhere. */
const FLAT_NATS = 0.9

/** Nats that a kind's evidence must reach: observations are seconds. */
export function tamperBound(falseAlarmsPerDay: number): number {
  return thresholdFor({ falseAlarmsPerDay: falseAlarmsPerDay / SHARE, observationsPerSecond: 1 })
}

/** Which signals speak for a kind. That the known scene is lost speaks for one of four (`hiddenBy`). */
const SIGNALS_OF: Readonly<Record<TamperKind, readonly TamperSignal[]>> = {
  covered: ['lost', 'veil'],
  defocused: ['blur'],
  turned: ['lost'],
  dark: ['lost', 'gloom'],
  bright: ['white'],
  frozen: ['still'],
  loop: ['loop'],
  flicker: ['stripes'],
}

/** Signals that one kind alone answers for. */
const TELLS_HIDDEN: readonly TamperSignal[] = ['lost', 'veil']

/** Whom a lost scene is put down to. */
function hiddenBy({ highlights, measured }: Second, whiteLevel: number): TamperKind {
  const { white = 0, veil = 0 } = measured
  if (highlights < BLACK) return 'dark'
  if (white - whiteLevel > BURNT_OUT) return 'bright'
  return veil > FLAT_NATS ? 'covered' : 'turned'
}

/** One second. Returns the evidence, and the rarity of what spoke most. */
export function weigh(
  evidence: TamperEvidence,
  second: Second,
  gapMs: number,
  pasts: TamperPasts,
  regime: Regime,
  settings: TamperSettings,
  bound: number,
): [TamperEvidence, number] {
  const hidden = hiddenBy(second, levelOf(knownOf(pasts, regime, 'white'), 'white'))
  const next = {} as Record<TamperKind, Evidence>
  let rarest = 1
  for (const kind of TAMPER_KINDS) {
    const { enabled, sensitivity } = settings[kind]
    // a PTZ camera shows its views one after the other
    const learning = kind === 'turned' && (pasts[regime]?.views.length ?? 0) < settings.turned.views
    const signals = SIGNALS_OF[kind].filter((one) => kind === hidden || !TELLS_HIDDEN.includes(one))
    const some = signals.map((signal) => {
      const value = second.measured[signal]
      return value === undefined ? 1 : rarityOf(knownOf(pasts, regime, signal), signal, value, sensitivity)
    })
    // of several the rarest, as if each had been asked alone
    const rarity = enabled && !learning ? some.length * Math.min(1, ...some) : 1
    const p = rarity > 0 && rarity <= PAYS_P ? rarity : 1
    rarest = Math.min(rarest, p)
    next[kind] = enabled ? accumulate(evidence[kind], Math.min(bound / LASTS_S, lnBet(p)), gapMs) : NO_EVIDENCE
  }
  return [next, rarest]
}
