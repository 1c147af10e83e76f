/** What the daemon does when it is asked over the control socket. docs/control.md describes each. */
import type { Request, Result, Verbs } from '../control/protocol.js'
import { FwError } from '../core/errors.js'
import type { IncidentsWanted } from '../core/incident-history.js'
import type { BoardSnapshot } from '../status/board.js'
import { type CameraOrder, cameraOrderOf } from './camera-order.js'
import { drillOrderOf } from './drill-order.js'
import type { Drills } from './drills.js'
import type { AcknowledgeOrder, History } from './history.js'
import type { Reload } from './reload.js'

export interface AskedParts {
  snapshot(): BoardSnapshot
  readonly reload: Reload['reload']
  readonly drill: Drills['drill']
  readonly history: Pick<History, 'incidents' | 'acknowledge'>
  /** A JPEG of the camera as it is now; undefined: there is none. */
  picture(cameraId: string): Promise<Buffer | undefined>
  /** Throws FW_CAMERA_UNKNOWN. */
  camera(order: CameraOrder): Promise<Result>
}

export function verbsOf({ snapshot, reload, drill, history, picture, camera }: AskedParts): Verbs {
  return {
    state: async () => ({ state: snapshot() }),
    /** Answers when the drill is over and the broker has had its time. */
    drill: async (request) => ({ ...(await drill(drillOrderOf(request))) }),
    incidents: async (request) => ({ incidents: history.incidents(incidentsWanted(request)) }),
    acknowledge: async (request) => ({ incident: history.acknowledge(acknowledgeOrderOf(request)) }),
    camera: async (request) => camera(cameraOrderOf(request)),
    async snapshot({ camera: id }) {
      if (typeof id !== 'string') throw wrong('snapshot: camera is missing')
      const jpeg = await picture(id)
      if (!jpeg) throw new FwError('FW_CAMERA_UNKNOWN', `no picture comes from camera '${id}'`)
      return { camera: id, jpeg: jpeg.toString('base64') }
    },
    /** Answers when the reload is over. */
    async reload() {
      const outcome = await reload()
      if (!outcome.ok) throw new FwError(outcome.failure.code, outcome.failure.text)
      const { changes, held } = outcome
      return { changes, held }
    },
  }
}

/** Throws FW_REQUEST. */
export function incidentsWanted({ camera, open, limit }: Request): IncidentsWanted {
  if (camera !== undefined && typeof camera !== 'string') throw wrong('incidents: camera is no text')
  if (open !== undefined && typeof open !== 'boolean') throw wrong('incidents: open is neither true nor false')
  if (limit === undefined) return { camera, open }
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1)
    throw wrong('incidents: limit is no whole number from 1 on')
  return { camera, open, limit }
}

const MAX_BY = 64
const MAX_NOTE = 500

/** Throws FW_REQUEST. */
export function acknowledgeOrderOf({ incident, camera, by = 'control', note = '' }: Request): AcknowledgeOrder {
  if (typeof by !== 'string' || by.length > MAX_BY)
    throw wrong(`acknowledge: by is no text of at most ${MAX_BY} characters`)
  if (typeof note !== 'string' || note.length > MAX_NOTE)
    throw wrong(`acknowledge: note is no text of at most ${MAX_NOTE} characters`)
  if (typeof incident === 'string' && camera === undefined) return { incident, by, note }
  if (typeof camera === 'string' && incident === undefined) return { camera, by, note }
  throw wrong('acknowledge: takes incident, an id, or camera: its newest that is not acknowledged')
}

function wrong(text: string): FwError {
  return new FwError('FW_REQUEST', text)
}
