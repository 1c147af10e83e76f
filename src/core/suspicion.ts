/** What speaks against one frame: its measurements against its camera's own past and against what all cameras show. */
import { type Baseline, type Deviations, deviations, expectedLevel, marginOf } from './baseline/baseline.js'
import type { Priors } from './baseline/priors.js'
import type { Measurements } from './baseline/signals.js'
import { survival } from './baseline/tail.js'
import { PLAIN_P } from './decide.js'
import { type Bet, lnBet, lnJoined, PAYS_P } from './evidence.js'

/** What is staked on each way to find an attack; they sum to 1. */
export type Stakes = Readonly<Record<'chain' | 'screen' | 'noise' | 'threshold', number>>

/**
 * C tells an attack from a nuisance best, the screen sees it on each frame; strong random noise raises the noise alone. What
 * each brings: models/README.md. A screen that lies below the camera's own found no attack there, and took defocus for one.
 */
export const STAKES: Stakes = { chain: 0.5, screen: 0.25, noise: 0.15, threshold: 0.1 }
/** p-value that everything else counts as. */
const NOTHING_P = 0.3
/** p-value of a frame at or above a threshold that an engineer has set: three in a row raise. */
const SET_P = 1e-6

export interface SuspicionSettings {
  /** Log-odds from which a frame is flagged wherever it is from: the bundle's, or the engineer's. */
  readonly threshold: number
  /** The engineer has set `threshold`: it then decides alone what all cameras' scores are worth. */
  readonly thresholdSet: boolean
  /** Log-odds over the camera's own level from which a frame is flagged; undefined: from the camera's own tail. */
  readonly margin?: number
  /** The bundle's threshold of the screen, for a camera that has no level yet. */
  readonly suspicious: number
  readonly priors: Priors
  readonly stakes: Stakes
}

export interface Suspicion {
  /** Log of the e-value. */
  readonly lnE: number
  /** Strong noise is what speaks most. */
  readonly noisy: boolean
}

/** `p`: rarity of the frame's score among all cameras' clean ones, of a frame that is flagged. */
export function suspicionOf(
  baseline: Baseline,
  measurements: Measurements,
  p: number,
  atMs: number,
  settings: SuspicionSettings,
): Suspicion {
  const widen = widening(baseline, settings)
  const found = deviations(baseline, measurements, settings.priors, atMs, widen)
  const { chain, noise } = found
  const noisy = { p: paying(noise?.above), share: settings.stakes.noise }
  const bets: Bet[] = [
    { p: paying(chain?.above), share: settings.stakes.chain },
    { p: paying(screenAbove(found, settings.priors, widen)), share: settings.stakes.screen },
    noisy,
    { p: thresholdP(measurements, p, settings), share: settings.stakes.threshold },
  ]
  const lnE = lnJoined(bets)
  return { lnE, noisy: lnE > 0 && worth(noisy) === Math.max(...bets.map(worth)) }
}

function worth({ p, share }: Bet): number {
  return share * Math.exp(lnBet(p))
}

/** How much further C has to be taken for its own when it is asked whether the screen is right. */
const C_CONFIRMS = 2.5

/**
 * The screen's deviation pays where C, having looked, finds at least a trace of the same: by itself the screen takes a change
 * of scene for an attack.
 */
function screenAbove({ screen, chain }: Deviations, priors: Priors, widen: number): number | undefined {
  if (!screen || !chain) return screen?.above
  return Math.max(screen.above, survival(priors.chain.upper, (C_CONFIRMS * chain.d) / widen))
}

/** The p-value that is bet on. What was not measured pays nothing, either. */
export function paying(p = 1): number {
  return p <= PAYS_P ? p : Math.max(p, NOTHING_P)
}

/** Log-odds of C from which a frame of this camera is flagged. */
export function flaggedAt(baseline: Baseline, atMs: number, settings: SuspicionSettings): number {
  const level = expectedLevel(baseline, 'chain', settings.priors.chain, atMs)
  const margin = settings.margin ?? marginOf(baseline, 'chain', settings.priors, PLAIN_P)
  return level === undefined ? settings.threshold : Math.min(settings.threshold, level + margin)
}

/** The chain looks long before the screen alone would pay: from this share of the deviation that begins to. */
const LOOKS_AT = 0.4

/** Log-odds of the screen from which the chain has to look at a frame of this camera. */
export function suspiciousAt(baseline: Baseline, atMs: number, settings: SuspicionSettings): number {
  const level = expectedLevel(baseline, 'screen', settings.priors.screen, atMs)
  if (level === undefined) return settings.suspicious
  return level + LOOKS_AT * marginOf(baseline, 'screen', settings.priors, PAYS_P)
}

/** The margin that was set over the automatic one: it stretches each signal's deviations alike. */
export function widening(baseline: Baseline, { margin, priors }: SuspicionSettings): number {
  return margin === undefined ? 1 : margin / marginOf(baseline, 'chain', priors, PLAIN_P)
}

function thresholdP({ chain }: Measurements, p: number, { threshold, thresholdSet }: SuspicionSettings): number {
  if (chain === undefined || chain < threshold) return NOTHING_P
  return thresholdSet ? SET_P : paying(p)
}
