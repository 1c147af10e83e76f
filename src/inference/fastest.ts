/** `models.runtime: auto`: the runtime that proves itself fastest by a run, and Node where Python is not clearly faster. */

export interface RuntimeTrial<T> {
  readonly name: string
  open(): Promise<T>
}

/** Python's worker is one process more, and on a busy machine the same networks differ by a third from run to run. */
export const CLEARLY = 1.5
const ROUNDS = 4

/**
 * Opens both, times them in turns, releases one. `usual` is taken unless `other` is CLEARLY faster, or alone can be opened;
 * rejects with the error of `usual` where neither can. `run` is one frame through the networks.
 */
export async function fastest<T extends { release(): Promise<void> }>(
  usual: RuntimeTrial<T>,
  other: RuntimeTrial<T>,
  run: (opened: T) => Promise<void>,
): Promise<{ readonly opened: T; readonly why: string }> {
  const [first, second] = [await tried(usual), await tried(other)]
  if (!('opened' in second)) {
    if (!('opened' in first)) throw first.error
    return { opened: first.opened, why: `${other.name}: ${textOf(second.error)}` }
  }
  if (!('opened' in first)) return { opened: second.opened, why: `${usual.name}: ${textOf(first.error)}` }
  let [ms, otherMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++) {
    ms = Math.min(ms, await msOf(() => run(first.opened)))
    otherMs = Math.min(otherMs, await msOf(() => run(second.opened)))
  }
  const [taken, left] = ms > otherMs * CLEARLY ? [second.opened, first.opened] : [first.opened, second.opened]
  await left.release()
  return { opened: taken, why: `${usual.name} ${ms.toFixed(1)} ms a frame, ${other.name} ${otherMs.toFixed(1)}` }
}

async function msOf(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

async function tried<T>(attempt: RuntimeTrial<T>): Promise<{ readonly opened: T } | { readonly error: unknown }> {
  try {
    return { opened: await attempt.open() }
  } catch (error) {
    return { error }
  }
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
