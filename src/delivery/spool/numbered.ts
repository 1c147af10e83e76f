/** An alert gets its number: from here on it has an id and a seq. */
import { randomBytes } from 'node:crypto'
import { ALERT_SCHEMA, type AlertBody } from '../../core/alert.js'
import { alertText } from '../../core/alert-text.js'
import { clockStateAt } from '../../core/clock-state.js'
import { uuidV7 } from '../../core/uuid.js'
import type { StoredAlert } from './record.js'

export interface Numbering {
  readonly unit: string
  /** Origin under which people reach the unit's page. */
  readonly publicUrl?: string
}

/** Seqs from `firstSeq` on. `nowMs` is the time of day, ms since the epoch; `atMs` the spool's clock. */
export function numbered(
  bodies: readonly AlertBody[],
  { unit, publicUrl }: Numbering,
  firstSeq: number,
  nowMs: number,
  atMs: number,
): StoredAlert[] {
  return bodies.map((body, i) => {
    const clock = clockStateAt([nowMs, Date.parse(body.captured_at), Date.parse(body.since)])
    const id = uuidV7(nowMs, randomBytes(10))
    const url = publicUrl === undefined ? null : `${publicUrl}/incidents/${body.incident}`
    const evidence = { ...body.evidence, url }
    const said = { text: alertText(body), evidence, clock, replayed: false }
    return { at: Math.floor(atMs), alert: { schema: ALERT_SCHEMA, id, seq: firstSeq + i, unit, ...body, ...said } }
  })
}
