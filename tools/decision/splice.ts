/** Recordings put together from recorded pieces, where a clip is too short for what is asked. */
import type { Case } from './cases.js'
import type { Sampled } from './recording.js'

export const STEP_MS = 200
type Scores = 'screen' | 'chain' | 'noise'

/** `count` observations of `piece` played to and fro, 200 ms apart from `fromMs` on. */
export function looped(piece: readonly Sampled[], count: number, fromMs: number): Sampled[] {
  const there = piece.length > 2 ? [...piece, ...piece.slice(1, -1).reverse()] : piece
  return Array.from({ length: count }, (_, i) => ({ ...there[i % there.length]!, atMs: fromMs + i * STEP_MS }))
}

/** The pieces one after the other: [observations, how many of them to and fro]. */
export function inTurn(...pieces: readonly (readonly [readonly Sampled[], number])[]): Sampled[] {
  const out: Sampled[] = []
  for (const [piece, count] of pieces) out.push(...looped(piece, count, out.length * STEP_MS))
  return out
}

export function quietPart({ recorded, beganMs }: Case): Sampled[] {
  return recorded.filter(({ atMs }) => atMs < beganMs)
}

export function laterPart({ recorded, beganMs }: Case): Sampled[] {
  return recorded.filter(({ atMs }) => atMs >= beganMs)
}

/** The case after `count` observations of its own quiet part. */
export function afterQuiet(one: Case, count: number): Case {
  const later = laterPart(one)
  return { ...one, recorded: inTurn([quietPart(one), count], [later, later.length]), beganMs: count * STEP_MS }
}

/** How far a case's attack moves each score from the median of its quiet part, observation by observation. */
export function shifts(one: Case): Record<Scores, number>[] {
  const quiet = quietPart(one)
  const middle = (of: (o: Sampled) => number | undefined) => {
    const values = quiet.map(of).filter((value) => value !== undefined)
    return values.sort((a, b) => a - b)[values.length >> 1] ?? 0
  }
  const level = { screen: middle((o) => o.screen), chain: middle((o) => o.chain), noise: middle((o) => o.noise) }
  return laterPart(one).map(({ screen, chain, noise }) => ({
    screen: screen - level.screen,
    chain: (chain ?? level.chain) - level.chain,
    noise: (noise ?? level.noise) - level.noise,
  }))
}

/** `o` with its scores moved by `share` of `shift`. `rarity`: of a score that is C's, among all cameras' clean ones. */
export function shifted(
  o: Sampled,
  shift: Record<Scores, number>,
  share: number,
  rarity: (chain: number) => number,
): Sampled {
  const chain = o.chain === undefined ? undefined : o.chain + share * shift.chain
  return {
    ...o,
    screen: o.screen + share * shift.screen,
    chain,
    p: chain === undefined ? o.p : rarity(chain),
    noise: o.noise === undefined ? undefined : o.noise + share * shift.noise,
  }
}
