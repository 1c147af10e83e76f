/** What a person reads of the unit's history. */
import { isOpen, type LoggedIncident } from '../core/incident-history.js'
import { printable } from '../core/printable.js'

/** An incident: when and how it stands, what happened and, where it changed meanwhile, how. */
export function incidentLines(incidents: readonly LoggedIncident[]): string[] {
  if (incidents.length === 0) return ['no incidents']
  return incidents.flatMap((one) => [headOf(one), `  ${printable(one.text)}`, ...courseOf(one)])
}

/** `  03:12:08 unknown, 03:12:11 pattern 8/255, 03:13:02 over`; none where it was raised and cleared alone. */
function courseOf({ changes }: LoggedIncident): string[] {
  if (!changes.some(({ phase }) => phase === 'updated')) return []
  return [`  ${changes.map(changeText).join(', ')}`]
}

function changeText({ at, phase, kind, level }: LoggedIncident['changes'][number]): string {
  const what = phase === 'cleared' ? 'over' : `${kind}${level === null ? '' : ` ${Math.round(level * 255)}/255`}`
  return `${at.slice(11, 19)} ${what}`
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
