/** What a demo has seen so far: when each phase began, what was judged by then, and every alert. Pure but for what it holds. */
import type { DemoPhase } from './camera-protocol.js'
import type { ReceivedAlert, Timeline } from './verdict.js'

/** An incident that is still open when the last phase is over gets this long to end. */
const PATIENCE_MS = 10_000

export interface PhaseLog {
  /** `judged`: frames since the start. */
  began(phase: DemoPhase, atMs: number, judged: number): void
  alert(alert: ReceivedAlert): void
  /** The phase that goes on and the seconds that are left of it; empty before the first. */
  current(nowMs: number): { readonly phase?: DemoPhase; readonly leftS?: number }
  isOver(nowMs: number): boolean
  /** After all phases. `judged`: frames since the start. */
  timeline(judged: number): Timeline
}

/** Times in ms since the epoch. */
export function phaseLog(phaseMs: number): PhaseLog {
  const phases = new Map<DemoPhase, { readonly atMs: number; readonly judged: number }>()
  const alerts: ReceivedAlert[] = []
  return {
    began: (phase, atMs, judged) => phases.set(phase, { atMs, judged }),
    alert: (alert) => alerts.push(alert),
    current(nowMs) {
      const [phase, since] = [...phases].at(-1) ?? []
      return since ? { phase, leftS: (since.atMs + phaseMs - nowMs) / 1_000 } : {}
    },
    isOver(nowMs) {
      const last = phases.get('after')
      return last !== undefined && nowMs - last.atMs - phaseMs >= (hasOpen(alerts) ? PATIENCE_MS : 0)
    },
    timeline(judged) {
      const [clean, attacked, after] = [phases.get('clean')!, phases.get('attacked')!, phases.get('after')!]
      return {
        attackFromMs: attacked.atMs,
        attackToMs: after.atMs,
        alerts,
        judged: {
          clean: attacked.judged - clean.judged,
          attacked: after.judged - attacked.judged,
          after: judged - after.judged,
        },
      }
    },
  }
}

function hasOpen(alerts: readonly ReceivedAlert[]): boolean {
  return alerts.some(
    ({ incident, phase }) =>
      phase === 'raised' && !alerts.some((other) => other.incident === incident && other.phase === 'cleared'),
  )
}
