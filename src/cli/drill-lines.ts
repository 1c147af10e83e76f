/** What a person reads of a drill. */
import { type DrillAttack, drillMs, isStaged } from '../core/drill.js'
import type { DrillReport } from '../daemon/drills.js'

/** Found, and known to the broker where there is one. */
export function drillPassed({ found, broker }: DrillReport): boolean {
  return found && (broker === 'acknowledged' || broker === 'none')
}

export function drillLines(report: DrillReport): readonly string[] {
  const { camera, attack, level, end, frames, found, delay_ms } = report
  const judged = frames === null ? '' : `, ${frames} frames judged`
  const strength = isStaged(attack) ? '' : ` of ${Number((level * 255).toFixed(1))}/255`
  const put = `${attack}${strength}${judged}`
  const after = delay_ms === null ? '' : ` after ${(delay_ms / 1000).toFixed(1)} s`
  const first = found ? `camera '${camera}': found${after} (${put})` : `camera '${camera}': not found (${put})`
  return [first, ...alertLine(report), ...endLines(end, attack)]
}

function endLines(end: DrillReport['end'], attack: DrillAttack): readonly string[] {
  if (end === 'time') return []
  if (end === 'incident') return ['a real incident was raised on this camera and ended the drill']
  const seconds = drillMs(attack) / 1000
  return [`the drill broke off before its ${seconds} s: the camera or its guard went, see the daemon's log`]
}

function alertLine({ seq, broker }: DrillReport): readonly string[] {
  if (broker === null) return []
  const alert = `alert ${seq}`
  if (broker === 'none') return [`no broker configured: ${alert} is in the spool`]
  if (broker === 'acknowledged') return [`${alert}: acknowledged by the broker`]
  if (broker === 'denied') return [`${alert}: denied by the broker; framewarden doctor says more`]
  return [`${alert}: not acknowledged by the broker yet; it waits on disk`]
}
