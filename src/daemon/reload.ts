/** A reload, from the file to what runs: planned, tried, applied, and taken back where it fails. It never ends the daemon. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { coalesce } from './coalesce.js'
import { heldKeys, keysOf, planReload, type ReloadPlan, type Step, stepsBack, type Trial } from './reload-plan.js'

export type ReloadOutcome =
  /** `changes` are in force; `held` take effect when framewarden is started again. Both are paths of keys. */
  | { readonly ok: true; readonly changes: readonly string[]; readonly held: readonly string[] }
  | { readonly ok: false; readonly failure: Diagnostic }

export interface ReloadParts {
  /** Rejects with what is wrong with the file. */
  load(): Promise<Settings>
  /** Resolves to why `settings` could not work, without touching anything that runs. */
  tryOut(trial: Trial, settings: Settings): Promise<Diagnostic | undefined>
  /** Takes a step towards `settings`. A failure, or a rejection, may leave it half done. */
  apply(step: Step, settings: Settings): Promise<Diagnostic | undefined>
  /** `settings` are in force, whether new or back. */
  onSettled(settings: Settings): Promise<void>
  onDiagnostic(failure: Diagnostic): void
  onInfo(text: string): void
}

export interface Reload {
  /** Never rejects. Calls during a run share one more, which sees the file as it is then. */
  reload(): Promise<ReloadOutcome>
  /** Resolves when no reload runs; after `signal` that is soon. */
  idle(): Promise<unknown>
}

/** `initial` are in force. After `signal` nothing more is applied. */
export function createReload(initial: Settings, parts: ReloadParts, signal: AbortSignal): Reload {
  let settings = initial
  let last: Promise<unknown> = Promise.resolve()

  async function run(): Promise<ReloadOutcome> {
    const loaded = await attempt(parts.load)
    if ('failure' in loaded) return refuse(loaded.failure, [], 'the settings from before stay')
    const plan = planReload(settings, loaded.value)
    const obstacle = await firstObstacle(plan, parts, signal)
    if (signal.aborted) return STOPPING
    if (obstacle) return refuse(obstacle.failure, obstacle.keys, 'the settings from before stay')
    return apply(plan)
  }

  async function apply(plan: ReloadPlan): Promise<ReloadOutcome> {
    for (const [i, step] of plan.steps.entries()) {
      const failure = await failureOf(() => parts.apply(step, plan.settings))
      if (signal.aborted) return STOPPING
      if (!failure) continue
      await takeBack(plan, i + 1)
      return refuse(failure, keysOf(plan, step.kind), 'the settings from before are back')
    }
    settings = plan.settings
    await settle()
    return inForce(plan, parts)
  }

  async function takeBack(plan: ReloadPlan, applied: number): Promise<void> {
    for (const step of stepsBack(settings, plan, applied)) {
      const failure = await failureOf(() => parts.apply(step, settings))
      // what was in force before has failed as well: guards and delivery go on trying by themselves
      if (failure && !signal.aborted) parts.onDiagnostic(failure)
    }
    await settle()
  }

  async function settle(): Promise<void> {
    const done = await attempt(() => parts.onSettled(settings))
    if ('failure' in done) parts.onDiagnostic(done.failure)
  }

  function refuse({ code, text }: Diagnostic, keys: readonly string[], sequel: string): ReloadOutcome {
    const failure = diagnostic(code, 'reload', `${keys.length > 0 ? `${keys.join(', ')}: ` : ''}${text}; ${sequel}`)
    parts.onDiagnostic(failure)
    return { ok: false, failure }
  }

  const coalesced = coalesce(async () => {
    const done = await attempt(run)
    return 'failure' in done ? refuse(done.failure, [], 'a fault of ours') : done.value
  })
  return {
    reload() {
      const outcome = signal.aborted ? Promise.resolve(STOPPING) : coalesced()
      last = outcome
      return outcome
    },
    idle: () => last,
  }
}

/** What speaks against the plan, with the keys that it is about. Ends early after `signal`. */
async function firstObstacle(
  plan: ReloadPlan,
  parts: Pick<ReloadParts, 'tryOut' | 'onInfo'>,
  signal: AbortSignal,
): Promise<{ readonly failure: Diagnostic; readonly keys: readonly string[] } | undefined> {
  for (const trial of plan.trials) {
    const keys = keysOf(plan, trial)
    if (trial === 'guard') parts.onInfo(`reload: ${keys.join(', ')}: tried in a guard without cameras`)
    const failure = await failureOf(() => parts.tryOut(trial, plan.settings))
    if (signal.aborted) return undefined
    if (failure) return { failure, keys }
  }
  return undefined
}

/** Says what has changed, and what waits for the next start. */
function inForce(plan: ReloadPlan, { onInfo }: Pick<ReloadParts, 'onInfo'>): ReloadOutcome {
  const held = heldKeys(plan)
  const changes = plan.changes.map((change) => change.path).filter((path) => !held.includes(path))
  onInfo(`reload: ${changes.length === 0 ? 'nothing to change' : `changed ${changes.join(', ')}`}`)
  if (held.length > 0) onInfo(`reload: ${held.join(', ')}: in force when framewarden is started again`)
  return { ok: true, changes, held }
}

const STOPPING: ReloadOutcome = { ok: false, failure: diagnostic('FW_NOT_RUNNING', 'reload', 'the daemon is stopping') }

async function attempt<T>(work: () => Promise<T>): Promise<{ value: T } | { failure: Diagnostic }> {
  try {
    return { value: await work() }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { failure: diagnostic(error instanceof FwError ? error.code : 'FW_INTERNAL', 'reload', text) }
  }
}

async function failureOf(work: () => Promise<Diagnostic | undefined>): Promise<Diagnostic | undefined> {
  const done = await attempt(work)
  return 'failure' in done ? done.failure : done.value
}
