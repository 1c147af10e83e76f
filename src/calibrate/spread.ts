/** A few things of many, evenly spread over all of them, without knowing how many will come. */

/** Keeps every n-th, n doubling when there are twice `count`; `kept` gives `count` of them, or all where fewer came. */
export interface Spread<T> {
  /** `make` is called where the thing is kept. */
  offer(make: () => T): void
  kept(): readonly T[]
}

export function spread<T>(count: number): Spread<T> {
  let things: T[] = []
  let [step, offered] = [1, 0]
  return {
    offer(make) {
      if (offered++ % step !== 0) return
      things.push(make())
      if (things.length < 2 * count) return
      things = things.filter((_, i) => i % 2 === 0)
      step *= 2
    },
    kept: () =>
      things.filter(
        (_, i) => Math.floor((i * count) / things.length) !== Math.floor(((i - 1) * count) / things.length),
      ),
  }
}
