/** What a person reads of the unit's history. */
import { isOpen, type LoggedIncident } from '../core/incident-history.js'
import { printable } from '../core/printable.js'

/** Two lines an incident: when and how it stands, then what happened. */
export function incidentLines(incidents: readonly LoggedIncident[]): string[] {
  if (incidents.length === 0) return ['no incidents']
  return incidents.flatMap((one) => [headOf(one), `  ${printable(one.text)}`])
}

function headOf({ id, camera, kind, since, phase, drill, acknowledged }: LoggedIncident): string {
  const state = isOpen({ phase }) ? 'OPEN' : 'over'
  const seen = acknowledged ? `seen ${moment(acknowledged.at)} (${words(acknowledged)})` : 'not acknowledged'
  return printable(`${moment(since)}  ${state}  ${camera}  ${kind}${drill ? ' (drill)' : ''}  ${seen}  ${id}`)
}

function words({ by, note }: NonNullable<LoggedIncident['acknowledged']>): string {
  return note === '' ? by : `${by}: ${note}`
}

/** `2026-11-22 03:12:08Z` */
function moment(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}Z`
}
