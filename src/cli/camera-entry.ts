/** What a camera that was probed needs in the configuration, as YAML to paste. */
import { resolve } from 'node:path'
import { stringify } from 'yaml'
import type { CameraProbe } from '../camera/probe.js'
import { DEFAULT_CAMERA } from '../config/defaults.js'

export interface ProbedCamera {
  readonly url: string
  readonly username?: string
  /** The password was taken from this variable of the environment. */
  readonly passwordEnv?: string
  /** Path of a PEM file. */
  readonly ca?: string
}

/** A `cameras:` section of one camera, with what differs from the defaults; undefined: it sends nothing. */
export function cameraEntry(camera: ProbedCamera, { works, video }: CameraProbe): string | undefined {
  if (works === undefined) return undefined
  const { url, username, passwordEnv, ca } = camera
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(url)
  const width = video && Math.max(64, Math.floor(video.width / 8) * 8)
  const entry = {
    id: 'camera-1',
    url: isAddress ? url : resolve(url),
    ...(username !== undefined && { username }),
    ...(username !== undefined && passwordEnv !== undefined && { password: { env: passwordEnv } }),
    ...(ca !== undefined && { ca: resolve(ca) }),
    ...(works.transport === 'udp' && { transport: 'udp' }),
    // More pixels than the camera has tell nothing more.
    ...(width !== undefined && width < DEFAULT_CAMERA.frame.width && { frame: { width } }),
  }
  return stringify({ cameras: [entry] })
}
