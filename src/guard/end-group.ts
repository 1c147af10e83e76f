/** The end of a guard: itself and every ffmpeg it has started. */

/** SIGKILL to this process's group; a stalled ffmpeg ignores SIGTERM and closed pipes. */
export function endGroup(): never {
  try {
    process.kill(-process.pid, 'SIGKILL')
  } catch {
    // not a group leader (started by hand): the process alone ends
  }
  process.exit(1)
}
