/** Incidents of cameras that are no longer configured: nobody else would ever end them. */
import type { AlertBody } from '../core/alert.js'
import type { CameraSettings } from '../core/settings.js'
import type { OpenIncidents } from './open-incidents.js'

/** Clears each open incident of a camera that is not among `cameras`; `alert` resolves when its alert is safe. */
export async function clearForgotten(
  incidents: OpenIncidents,
  cameras: readonly CameraSettings[],
  alert: (body: AlertBody) => Promise<unknown>,
): Promise<void> {
  for (const { incident, body } of incidents.all()) {
    if (cameras.some((camera) => camera.id === body.camera)) continue
    await alert({ ...body, phase: 'cleared', captured_at: new Date().toISOString() })
    incidents.note({ incident: { ...incident, phase: 'cleared' }, body })
    await incidents.save()
  }
}
