/** Proves settings of the guards in a guard of its own, which has no cameras: what it says is what they would say. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { Settings } from '../core/settings.js'
import { startGuardProcess } from './guard-process.js'

/**
 * Opens and verifies the bundle, proves a provider and runs ffmpeg, as a guard does at its start. Resolves to undefined when
 * such a guard can judge, or to why it cannot. `signal` ends the trial.
 */
export async function tryGuard(
  settings: Settings,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Diagnostic | undefined> {
  const { models, ffmpeg, stateDir, evidence } = settings
  const shared = { type: 'start', models, guards: 1, ffmpegPath: ffmpeg, stateDir, evidence, assignments: [] } as const
  const start = { ...shared, trial: true }
  const guard = startGuardProcess('reload', start, { onMessage: () => {}, onDown: () => {}, onLine })
  if (signal.aborted) guard.kill()
  signal.addEventListener('abort', guard.kill)
  const failure = await guard.ready
  guard.kill()
  await guard.ended
  signal.removeEventListener('abort', guard.kill)
  return failure
}
