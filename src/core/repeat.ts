/** Repeats become one line a second with a count: the first is told at once, what follows is counted until a second has gone by. */

/** At most one line of a key within this time. */
export const REPEAT_MS = 1_000

interface Kept<T> {
  readonly toldAtMs: number
  readonly held: number
  readonly last?: T
}

/** What was told and what is held back, by key. Values only: `tell` and `due` return the next one. */
export type Repeats<T> = ReadonlyMap<string, Kept<T>>

/** An item to tell now; `count` says how many it stands for. */
export interface Told<T> {
  readonly item: T
  readonly count: number
}

export function noRepeats<T>(): Repeats<T> {
  return new Map()
}

/** One more `item` of `key`, which stands for `count` of them: told now, or held until `due` gives it. */
export function tell<T>(
  repeats: Repeats<T>,
  key: string,
  item: T,
  nowMs: number,
  count = 1,
): [Repeats<T>, Told<T> | undefined] {
  const kept = repeats.get(key)
  const next = new Map(repeats)
  if (kept && nowMs - kept.toldAtMs < REPEAT_MS) {
    next.set(key, { toldAtMs: kept.toldAtMs, held: kept.held + count, last: item })
    return [next, undefined]
  }
  next.set(key, { toldAtMs: nowMs, held: 0 })
  return [next, { item, count: (kept?.held ?? 0) + count }]
}

/** What was held back for a second: to be told now. Keys that have been quiet for as long are forgotten. */
export function due<T>(repeats: Repeats<T>, nowMs: number): [Repeats<T>, Told<T>[]] {
  const next = new Map<string, Kept<T>>()
  const told: Told<T>[] = []
  for (const [key, kept] of repeats) {
    if (nowMs - kept.toldAtMs < REPEAT_MS) next.set(key, kept)
    else if (kept.held > 0) {
      told.push({ item: kept.last as T, count: kept.held })
      next.set(key, { toldAtMs: nowMs, held: 0 })
    }
  }
  return [next, told]
}
