/** Does what somebody wants of one camera. */
import type { Result } from '../control/protocol.js'
import { FwError } from '../core/errors.js'
import type { CameraOrder } from './camera-order.js'
import type { Cameras } from './cameras.js'
import type { Overrides } from './overrides.js'
import type { Reload } from './reload.js'

export interface CameraOrdersParts {
  readonly cameras: Pick<Cameras, 'entries' | 'pause'>
  readonly overrides: Pick<Overrides, 'setMargin'>
  readonly reload: Reload['reload']
}

/** Throws FW_CAMERA_UNKNOWN, or why the reload that brings a margin into force failed. */
export function cameraOrders({ cameras, overrides, reload }: CameraOrdersParts) {
  return async (order: CameraOrder): Promise<Result> => {
    const { camera } = order
    if (!cameras.entries().some(({ id }) => id === camera))
      throw new FwError('FW_CAMERA_UNKNOWN', `the running daemon has no camera '${camera}'`)
    if ('action' in order) {
      cameras.pause(camera, order.action === 'pause')
      return { camera, paused: order.action === 'pause' }
    }
    await overrides.setMargin(camera, order.margin)
    const outcome = await reload()
    if (!outcome.ok) throw new FwError(outcome.failure.code, outcome.failure.text)
    return { camera, margin: order.margin }
  }
}
