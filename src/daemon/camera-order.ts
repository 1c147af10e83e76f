/** What somebody wants of one camera: to pause it, to go on, or another margin. Pure. */
import type { Request } from '../control/protocol.js'
import { FwError } from '../core/errors.js'

/** As `detection.margin` takes it. */
const MARGIN = { least: 0.05, most: 50 } as const

export type Margin = 'auto' | number

export type CameraOrder =
  | { readonly camera: string; readonly action: 'pause' | 'resume' }
  | { readonly camera: string; readonly margin: Margin }

/** Throws FW_REQUEST. */
export function cameraOrderOf({ camera, action, margin }: Request): CameraOrder {
  if (typeof camera !== 'string') throw new FwError('FW_REQUEST', 'camera: camera is missing')
  if (margin === undefined) {
    if (action === 'pause' || action === 'resume') return { camera, action }
    throw new FwError('FW_REQUEST', 'camera: takes action, pause or resume, or margin')
  }
  if (action !== undefined) throw new FwError('FW_REQUEST', 'camera: takes action or margin, not both')
  if (isMargin(margin)) return { camera, margin }
  throw new FwError('FW_REQUEST', `camera: margin is neither auto nor a number from ${MARGIN.least} to ${MARGIN.most}`)
}

export function isMargin(value: unknown): value is Margin {
  return value === 'auto' || (typeof value === 'number' && value >= MARGIN.least && value <= MARGIN.most)
}
