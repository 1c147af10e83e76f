/** The last day of a camera, minute by minute: how far its score lay over its own level, and whether it was guarded. Pure. */
import { CAMERA_STATES, type CameraState } from './camera-state.js'

export const TIMELINE_MINUTES = 1_440

/** One minute. `minute`: since the epoch. `low`, `high`: of the scores in it, over the camera's own level; null: none. `state`: the worst in it. */
export interface DayMinute {
  readonly minute: number
  readonly low: number | null
  readonly high: number | null
  readonly state: CameraState
}

/** Oldest first; minutes in which nobody looked are not in it. */
export type CameraDay = readonly DayMinute[]

/** From the best to the worst. */
const RANK: readonly CameraState[] = ['guarding', 'stopped', 'connecting', 'frozen', 'stalled', 'backoff']

/** One look at the camera. A clock that was set back begins a new day. */
export function looked(timeline: CameraDay, state: CameraState, rise: number | undefined, nowMs: number): CameraDay {
  const minute = Math.floor(nowMs / 60_000)
  const last = timeline.at(-1)
  const value = rise === undefined ? null : Number(rise.toFixed(2))
  if (last?.minute !== minute) {
    const kept = timeline.filter((one) => one.minute < minute && one.minute > minute - TIMELINE_MINUTES)
    return [...kept, { minute, low: value, high: value, state }]
  }
  const low = value === null || last.low === null ? (last.low ?? value) : Math.min(last.low, value)
  const high = value === null || last.high === null ? (last.high ?? value) : Math.max(last.high, value)
  const worse = RANK.indexOf(state) > RANK.indexOf(last.state) ? state : last.state
  return [...timeline.slice(0, -1), { minute, low, high, state: worse }]
}

/** Short rows for files and the page: minute, low, high, index of the state in CAMERA_STATES. */
export type DayRow = readonly [number, number | null, number | null, number]

export function timelineRows(timeline: CameraDay): DayRow[] {
  return timeline.map(({ minute, low, high, state }) => [minute, low, high, CAMERA_STATES.indexOf(state)])
}

/** What is no row is left out. */
export function timelineOf(rows: unknown): CameraDay {
  if (!Array.isArray(rows)) return []
  return rows.filter(isRow).map(([minute, low, high, state]) => ({ minute, low, high, state: CAMERA_STATES[state]! }))
}

function isRow(row: unknown): row is DayRow {
  if (!Array.isArray(row) || !Number.isInteger(row[0]) || CAMERA_STATES[row[3]] === undefined) return false
  return [row[1], row[2]].every((value) => value === null || typeof value === 'number')
}
