/** A drill that somebody asks for: what is wanted, and whether it may begin. Pure. */
import type { Request } from '../control/protocol.js'
import type { CameraFacts } from '../core/camera-facts.js'
import { DRILL_ATTACKS, DRILL_LEVELS, type DrillAttack, isStaged } from '../core/drill.js'
import { FwError } from '../core/errors.js'

export interface DrillOrder {
  readonly camera: string
  readonly attack: DrillAttack
  /** L-inf, 0..1; 0 of tamper. */
  readonly level: number
}

/** Throws FW_REQUEST. */
export function drillOrderOf({ camera, attack, level = DRILL_LEVELS.usual / 255 }: Request): DrillOrder {
  if (typeof camera !== 'string') throw new FwError('FW_REQUEST', 'drill: camera is missing')
  const known = attack === undefined ? DRILL_ATTACKS[0] : DRILL_ATTACKS.find((name) => name === attack)
  if (!known) throw new FwError('FW_REQUEST', `drill: attack is none of ${DRILL_ATTACKS.join(', ')}`)
  if (isStaged(known)) return { camera, attack: known, level: 0 }
  const { least, most } = DRILL_LEVELS
  if (typeof level !== 'number' || !(level >= least / 255 && level <= most / 255))
    throw new FwError('FW_REQUEST', `drill: level is no number from ${least}/255 to ${most}/255`)
  return { camera, attack: known, level }
}

/** Why the camera `id` takes no drill now; undefined: it does. `facts` undefined: the daemon does not have it. */
export function drillRefusal(id: string, facts: CameraFacts | undefined, running: boolean): string | undefined {
  if (!facts) return `the running daemon has no camera '${id}'`
  if (running) return `camera '${id}' is being drilled already`
  if (facts.incidentOpen) return `camera '${id}' has an open incident`
  if (facts.state === 'guarding' && facts.scored) return undefined
  const why = facts.cause ? ` (${facts.cause.code}: ${facts.cause.text})` : ''
  return `camera '${id}' is not guarded${why}`
}
