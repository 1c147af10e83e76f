/** The demo with a camera that is really there: guarded until it is stopped. */
import { setTimeout as sleep } from 'node:timers/promises'
import { streamIssue } from '../config/address.js'
import { FwError } from '../core/errors.js'
import { freePorts } from './free-port.js'
import { liveLine } from './live-line.js'
import { openOutFolder } from './out-folder.js'
import type { Screen } from './screen.js'
import { startDemoSession } from './session.js'

const TICK_MS = 500

export interface RealCameraOptions {
  readonly out: string
  /** rtsp://, rtsps://, or a file; no credentials. */
  readonly url: string
  readonly username?: string
  /** Name of the variable that holds the password. */
  readonly passwordEnv?: string
}

/** Guards the camera until `signal`. Throws FW_USAGE for its address, FW_DEMO_FAILED when the daemon ends by itself. */
export async function guardRealCamera(options: RealCameraOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  const { url, username, passwordEnv } = options
  const issue = streamIssue(url)
  // before anything is written: what is wrong with it may be a password
  if (issue) throw new FwError('FW_USAGE', `--camera: ${issue.text}`)
  const out = await openOutFolder(options.out)
  const [httpPort] = (await freePorts(1)) as [number]
  const camera = { id: 'camera', url, listen: false, username, passwordEnv }
  const session = await startDemoSession({ out, camera, httpPort, screen })
  try {
    while (!signal.aborted) {
      session.check()
      screen.live(liveLine({ camera: session.camera() }))
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
    }
  } finally {
    screen.clear()
    await session.stop()
  }
  screen.line(`all of it is in ${out.dir}`)
}
