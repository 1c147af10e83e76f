/**
 * The decision over a recording, as a guard in mode `cascade` makes it: the chain is known only where it would have looked (and,
 * of a sampled recording, did).
 */
import type { Baseline } from '../../src/core/baseline/baseline.js'
import type { Incident } from '../../src/core/incident.js'
import type { Verdict } from '../../src/core/verdict.js'
import { nextLook, startWatch, type WatchSettings, type WatchState, watch } from '../../src/core/watch.js'
import type { Sampled } from './recording.js'

export interface Replay {
  readonly changes: readonly { readonly atMs: number; readonly incident: Incident }[]
  /** Most evidence that was reached, nats. */
  readonly nats: number
  /** How often the chain looked. */
  readonly chains: number
  readonly flagged: number
  readonly state: WatchState
}

/** `baseline`: a past from before; undefined: the camera is new. `each` is shown the state before each observation. */
export function replay(
  recorded: readonly Sampled[],
  settings: WatchSettings,
  baseline?: Baseline,
  each?: (before: WatchState, observation: Sampled) => void,
): Replay {
  let state = startWatch([], baseline)
  const changes: { atMs: number; incident: Incident }[] = []
  const count = { nats: 0, chains: 0, flagged: 0 }
  for (const observation of recorded) {
    const { atMs, damaged, histogram, light, noise, ...scores } = observation
    each?.(state, observation)
    const verdict = verdictOf(scores, state, settings, atMs)
    if (verdict.score.chainLogit !== undefined) count.chains++
    if (verdict.kind === 'perturbed') count.flagged++
    const [next, effects] = watch(state, { atMs, damaged, histogram, light, noise, verdict }, settings, () => `${atMs}`)
    state = next
    count.nats = Math.max(count.nats, state.decision.evidence.nats)
    for (const effect of effects) if (effect.type === 'incident') changes.push({ atMs, incident: effect.incident })
  }
  return { changes, ...count, state }
}

function verdictOf(
  { screen, chain, level, p }: Pick<Sampled, 'screen' | 'chain' | 'level' | 'p'>,
  state: WatchState,
  settings: WatchSettings,
  atMs: number,
): Verdict {
  const look = nextLook(state, settings, atMs)
  const screened = { logit: screen, screenLogit: screen, p: 1 }
  if (chain === undefined || (screen < look.suspicious && !look.always))
    return { kind: 'clean', score: screened, passes: 0 }
  const score = { logit: chain, screenLogit: screen, chainLogit: chain, p, level }
  if (chain < look.flagged) return { kind: 'clean', score, passes: 0 }
  return { kind: 'perturbed', score, purified: new Uint8Array(), passes: 1 }
}
