/** One run at a time: what is asked for meanwhile is one more run after it, however often it is asked for. */

/** Returns a function that resolves with the result of a run that began after the call. `run` is expected not to reject. */
export function coalesce<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined

  function start(): Promise<T> {
    next = undefined
    const own = run().finally(() => {
      if (running === own) running = undefined
    })
    running = own
    return own
  }

  return () => {
    if (!running) return start()
    next ??= running.then(start, start)
    return next
  }
}
