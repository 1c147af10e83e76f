/**
 * Whose frame is next: cameras share the inference threads by the time that their frames take, not by their number, so that one
 * whose frames are dear (an attack, a noisy scene, a cleaned stream that is read) makes itself late and not its neighbours.
 * Start-time fair queueing (Goyal, Vin, Cheng 1996) with one frame of a camera at a time. A run is not interrupted: dear cameras
 * together leave one thread to the others, which would else wait for a long one. Pure.
 */

/**
 * `startMs` and `finishMs`: the camera's tags on the virtual clock. `since`: order of arrival, between equal tags. `mostMs`: the
 * longest of its last turns, an older one counting less.
 */
interface Share {
  readonly phase: 'idle' | 'waiting' | 'busy'
  readonly startMs: number
  readonly finishMs: number
  readonly since: number
  readonly mostMs: number
}

export interface ShareState {
  readonly threads: number
  /** Virtual clock: the latest start tag that was served. */
  readonly virtualMs: number
  readonly arrivals: number
  readonly cameras: ReadonlyMap<number, Share>
}

export type ShareEvent =
  | { readonly type: 'threads'; readonly added: number }
  /** A frame of the camera waits. One that is busy, or waits already, says no more with it. */
  | { readonly type: 'frame'; readonly camera: number }
  /** Its frame took a thread for `tookMs`; `more`: the next one waits. */
  | { readonly type: 'done'; readonly camera: number; readonly tookMs: number; readonly more: boolean }
  /** A camera that is not busy brings no more frames. */
  | { readonly type: 'gone'; readonly camera: number }

export const NO_SHARES: ShareState = { threads: 0, virtualMs: 0, arrivals: 0, cameras: new Map() }

const NEW: Share = { phase: 'idle', startMs: 0, finishMs: 0, since: 0, mostMs: 0 }
/** Dear: so many times what the cheapest camera takes. The chain takes five times what the screen does. */
const DEAR = 3
/** The chain looks at each third frame of 15 a second: its camera stays dear in between. */
const DECAY = 0.9

/** One step: the new state, and the cameras whose waiting frame is to be judged now, each on a thread of its own. */
export function share(state: ShareState, event: ShareEvent): [ShareState, readonly number[]] {
  if (event.type === 'threads') return serve({ ...state, threads: state.threads + event.added })
  const cameras = new Map(state.cameras)
  if (event.type === 'gone') {
    cameras.delete(event.camera)
    return serve({ ...state, cameras })
  }
  const before = cameras.get(event.camera) ?? NEW
  if (event.type === 'frame') {
    if (before.phase !== 'idle') return [state, []]
    cameras.set(event.camera, waiting(before, state))
  } else {
    const { tookMs, more } = event
    const mostMs = Math.max(tookMs, before.mostMs * DECAY)
    const idle: Share = { ...before, phase: 'idle', finishMs: before.startMs + tookMs, mostMs }
    cameras.set(event.camera, more ? waiting(idle, state) : idle)
  }
  return serve({ ...state, cameras, arrivals: state.arrivals + 1 })
}

/** A camera that was idle does not claim the time that it left to others. */
function waiting(share: Share, { virtualMs, arrivals }: ShareState): Share {
  return { ...share, phase: 'waiting', startMs: Math.max(virtualMs, share.finishMs), since: arrivals }
}

function serve(state: ShareState): [ShareState, readonly number[]] {
  let { virtualMs } = state
  const cameras = new Map(state.cameras)
  const served: number[] = []
  for (;;) {
    const next = first([...cameras], state.threads)
    if (!next) return [{ ...state, virtualMs, cameras }, served]
    const [camera, share] = next
    cameras.set(camera, { ...share, phase: 'busy' })
    virtualMs = Math.max(virtualMs, share.startMs)
    served.push(camera)
  }
}

type Entry = readonly [number, Share]

/** The waiting camera that a thread is free for and whose tag is least. */
function first(cameras: readonly Entry[], threads: number): Entry | undefined {
  const busy = cameras.filter(([, { phase }]) => phase === 'busy')
  if (busy.length >= threads) return undefined
  const cheapestMs = Math.min(...cameras.map(([, { mostMs }]) => mostMs))
  const dear = ([, { mostMs }]: Entry) => mostMs > DEAR * cheapestMs
  const dearMayGo = threads === 1 || busy.filter(dear).length < threads - 1
  const waiting = cameras.filter((entry) => entry[1].phase === 'waiting' && (dearMayGo || !dear(entry)))
  return waiting.reduce<Entry | undefined>((best, entry) => (best && !sooner(entry, best) ? best : entry), undefined)
}

function sooner([, a]: Entry, [, b]: Entry): boolean {
  return a.startMs < b.startMs || (a.startMs === b.startMs && a.since < b.since)
}
