/** Whether the demo has shown what it promises. Pure. */
import type { Phase } from '../core/alert.js'
import type { DemoPhase } from './camera-protocol.js'

/** An alert as its subscriber got it; times in ms since the epoch. */
export interface ReceivedAlert {
  readonly incident: string
  readonly phase: Phase
  /** Arrival of the frame that made it. */
  readonly capturedAtMs: number
  /** Arrival of the alert itself. */
  readonly receivedAtMs: number
}

/** What happened: when the perturbation was put in and left out, every alert, and how many frames were judged in each phase. */
export interface Timeline {
  readonly attackFromMs: number
  readonly attackToMs: number
  readonly alerts: readonly ReceivedAlert[]
  readonly judged: Readonly<Record<DemoPhase, number>>
}

/** Delays in seconds until the alert arrived: from the first perturbed frame, from the first plain one after. */
export interface DemoVerdict {
  readonly passed: boolean
  /** Why not, one sentence each; empty when passed. */
  readonly reasons: readonly string[]
  readonly raisedAfterS?: number
  readonly clearedAfterS?: number
}

const SHOWN: Readonly<Record<DemoPhase, string>> = {
  clean: 'before the attack',
  attacked: 'during the attack',
  after: 'after the attack',
}

/** (a) nothing is raised while the picture is clean, (b) the attack is raised while it lasts, (c) and cleared after it. */
export function verdictOf(timeline: Timeline): DemoVerdict {
  const { attackFromMs, attackToMs, alerts, judged } = timeline
  const raised = alerts.filter((alert) => alert.phase === 'raised')
  const early = raised.filter((alert) => alert.capturedAtMs < attackFromMs)
  const late = raised.filter((alert) => alert.capturedAtMs >= attackToMs)
  const found = raised.filter((alert) => !early.includes(alert) && !late.includes(alert))
  const ends = found.map(({ incident }) =>
    alerts.find((alert) => alert.incident === incident && alert.phase === 'cleared'),
  )

  const reasons: string[] = []
  for (const phase of ['clean', 'attacked', 'after'] as const) {
    if (judged[phase] === 0) reasons.push(`no frame was judged ${SHOWN[phase]}`)
  }
  if (early.length > 0) {
    reasons.push(`an alert was raised ${seconds(attackFromMs - early[0]!.capturedAtMs)} before the attack`)
  }
  if (found.length === 0) reasons.push('no alert was raised during the attack')
  if (late.length > 0) {
    reasons.push(`an alert was raised ${seconds(late[0]!.capturedAtMs - attackToMs)} after the attack had ended`)
  }
  const short = ends.find((end) => end && end.capturedAtMs < attackToMs)
  if (short) {
    reasons.push(`the alert was cleared ${seconds(attackToMs - short.capturedAtMs)} before the attack had ended`)
  }
  if (ends.includes(undefined)) reasons.push('the alert was not cleared after the attack')

  const last = ends.at(-1)
  return {
    passed: reasons.length === 0,
    reasons,
    ...(found[0] && { raisedAfterS: (found[0].receivedAtMs - attackFromMs) / 1_000 }),
    ...(last && last.capturedAtMs >= attackToMs && { clearedAfterS: (last.receivedAtMs - attackToMs) / 1_000 }),
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
