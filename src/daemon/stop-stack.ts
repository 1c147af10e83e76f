/** Stops what was started, the last first. */

export interface StopStack {
  /** `stop` is called once, after those that were added later; the stop waits for what it returns. */
  add(stop: () => unknown): void
  /** Stops everything, each after the one before it has ended; a stop that fails keeps no other from its turn. Rejects with the first failure. */
  stop(): Promise<void>
}

export function stopStack(): StopStack {
  const stops: (() => unknown)[] = []
  return {
    add: (stop) => stops.push(stop),
    async stop() {
      const failures: unknown[] = []
      for (let stop = stops.pop(); stop; stop = stops.pop()) {
        try {
          await stop()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
