/** What a reload does, from the settings before and after: what is tried first, and the steps. Pure. */
import { type Change, diffSettings } from '../config/diff.js'
import type { Settings } from '../core/settings.js'

/** What can be proved before anything is touched. */
export type Trial = 'guard' | 'broker'

export type Step =
  | { readonly kind: 'log' }
  | { readonly kind: 'broker' }
  | { readonly kind: 'webhooks' }
  | {
      readonly kind: 'cameras'
      readonly removed: readonly string[]
      /** Ids whose stream is opened anew. */
      readonly restarted: ReadonlySet<string>
      /** Ids that take new settings while their stream goes on. */
      readonly adjusted: ReadonlySet<string>
    }
  | { readonly kind: 'guards' }

export interface ReloadPlan {
  readonly changes: readonly Change[]
  /** What is in force afterwards: keys of the process stay as they were. */
  readonly settings: Settings
  readonly trials: readonly Trial[]
  /** In order; each can be taken back by the steps of `planReload` the other way round. */
  readonly steps: readonly Step[]
}

/** Every key takes effect as `framewarden schema` says; an unchanged file gives no steps. */
export function planReload(before: Settings, file: Settings): ReloadPlan {
  const changes = diffSettings(before, file)
  const settings = holdProcessKeys(before, file)
  const has = (effect: Change['effect']) => changes.some((change) => change.effect === effect)
  const steps: Step[] = []
  if (before.log.level !== settings.log.level) steps.push({ kind: 'log' })
  // the broker before the guards: an alert of a guard that starts again goes where alerts go from now on
  if (has('broker')) steps.push({ kind: 'broker' })
  if (changes.some(isOfWebhooks)) steps.push({ kind: 'webhooks' })
  if (has('guard') || changes.some((change) => change.camera !== undefined)) steps.push(camerasStep(changes))
  if (has('guard')) steps.push({ kind: 'guards' })
  const trials: Trial[] = []
  if (has('broker')) trials.push('broker')
  if (has('guard')) trials.push('guard')
  return { changes, settings, trials, steps }
}

/** The steps that bring `before` back when `applied`, the first of the plan's steps, were taken. */
export function stepsBack(before: Settings, plan: ReloadPlan, applied: number): readonly Step[] {
  const kinds = plan.steps.slice(0, applied).map((step) => step.kind)
  return planReload(plan.settings, before).steps.filter((step) => kinds.includes(step.kind))
}

/** Paths of the keys that a step or trial concerns, for a message. */
export function keysOf(plan: ReloadPlan, what: Trial | Step['kind']): readonly string[] {
  return plan.changes.filter((change) => concerns(change, what)).map((change) => change.path)
}

/** Paths of the keys that take effect when framewarden is started again. */
export function heldKeys(plan: ReloadPlan): readonly string[] {
  return plan.changes.filter((change) => change.effect === 'process').map((change) => change.path)
}

function isOfWebhooks({ path }: Change): boolean {
  return path === 'webhooks'
}

function concerns(change: Change, what: Trial | Step['kind']): boolean {
  const { effect, camera } = change
  if (isOfWebhooks(change)) return what === 'webhooks'
  if (what === 'guard' || what === 'guards') return effect === 'guard'
  if (what === 'broker') return effect === 'broker'
  if (what === 'cameras') return camera !== undefined
  return effect === 'live' && camera === undefined
}

function camerasStep(changes: readonly Change[]): Step {
  const ids = (wanted: (change: Change) => boolean) => changes.filter(wanted).flatMap(({ camera }) => camera ?? [])
  return {
    kind: 'cameras',
    removed: ids((change) => change.kind === 'removed'),
    restarted: new Set(ids((change) => change.effect !== 'live')),
    adjusted: new Set(ids((change) => change.effect === 'live')),
  }
}

/** `file` with the keys of the process, by the schema, as `before` has them. */
function holdProcessKeys(before: Settings, file: Settings): Settings {
  const { unit, stateDir, guards, spool, http } = before
  return { ...file, unit, stateDir, guards, spool, http }
}
