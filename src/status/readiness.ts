/** Whether a unit does its work: what `/readyz` answers, and the one sentence of it. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { BoardSnapshot } from './board.js'
import { elapsedText, troubleOf } from './camera-words.js'

/** What `/readyz` says, as JSON. */
export interface Readiness {
  readonly ready: boolean
  /** One for each camera that is not judged, and one for a broker that is configured and not online. */
  readonly reasons: readonly string[]
  /** Those that are not judged now. `since`: when they last were, or were added; RFC 3339. */
  readonly cameras: readonly {
    readonly camera: string
    readonly state: string
    readonly since: string
    readonly cause: { readonly code: string; readonly text: string } | null
  }[]
}

/** Ready: each camera that nobody has paused is judged now, and the broker, if there is one, is online. */
export function readiness(board: BoardSnapshot, nowMs: number): Readiness {
  const down = board.cameras.filter((camera) => !camera.scored && !isPaused(camera))
  const reasons = [
    ...down.map((camera) => {
      const why = camera.cause ? `: ${camera.cause.code}, ${camera.cause.text}` : ''
      return `camera '${camera.id}' ${troubleOf(camera)} for ${elapsedText(nowMs - camera.sinceMs)}${why}`
    }),
    ...leftOutReasons(board),
    ...brokerReasons(board),
  ]
  return {
    ready: reasons.length === 0,
    reasons,
    cameras: down.map(({ id, state, sinceMs, cause }) => ({
      camera: id,
      state,
      since: new Date(sinceMs).toISOString(),
      cause: cause ? { code: cause.code, text: cause.text } : null,
    })),
  }
}

/** `guarding 3 of 4 cameras; 'gate' not reachable for 4 min`. */
export function unitSentence(board: BoardSnapshot, nowMs: number): string {
  const { cameras } = board
  const down = cameras.filter((camera) => !camera.scored)
  const guarded = cameras.length - down.length
  const all = cameras.length === 1 ? '1 camera' : `${cameras.length} cameras`
  const share = down.length === 0 ? (cameras.length === 1 ? '' : 'all ') : `${guarded === 0 ? 'none' : guarded} of `
  const open = cameras.filter((camera) => camera.incidentOpen)
  return [
    `guarding ${share}${all}`,
    ...(open.length > 0 ? [`incident on ${names(open)}`] : []),
    ...byTrouble(down).map((group) => `${names(group)} ${troubleOf(group[0]!)} for ${elapsedText(longest(group))}`),
    ...leftOutReasons(board),
    ...unableGuards(board),
    ...brokerReasons(board),
  ].join('; ')

  function longest(group: readonly CameraFacts[]): number {
    return Math.max(...group.map(({ sinceMs }) => nowMs - sinceMs))
  }
}

function leftOutReasons({ leftOut }: BoardSnapshot): string[] {
  return leftOut.map((camera) => `camera ${camera} is left out for mistakes in the configuration`)
}

function brokerReasons({ broker }: BoardSnapshot): string[] {
  return broker.state === 'off' || broker.state === 'online' ? [] : [`the broker is ${broker.state}`]
}

/** Why no guard runs, where that is of the unit itself: its cameras may be well. */
function unableGuards({ guards }: BoardSnapshot): string[] {
  const [guard] = guards.filter(({ cause }) => cause !== undefined)
  if (!guard?.cause || guards.some(({ state }) => state === 'running')) return []
  return [`${guard.cause.subject} cannot run: ${guard.cause.code}, ${guard.cause.text}`]
}

function byTrouble(down: readonly CameraFacts[]): CameraFacts[][] {
  const groups = new Map<string, CameraFacts[]>()
  for (const camera of down) {
    const trouble = troubleOf(camera)
    groups.set(trouble, [...(groups.get(trouble) ?? []), camera])
  }
  return [...groups.values()]
}

const NAMED = 3

function names(cameras: readonly CameraFacts[]): string {
  const named = cameras.slice(0, NAMED).map(({ id }) => `'${id}'`)
  const more = cameras.length - named.length
  const last = more > 0 ? `${more} more` : named.pop()
  return named.length > 0 ? `${named.join(', ')} and ${last}` : last!
}

function isPaused({ cause }: CameraFacts): boolean {
  return cause?.code === 'FW_CAMERA_PAUSED'
}
