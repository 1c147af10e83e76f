/** What one try of a camera by one transport has shown. */
import type { Cause } from './exit-cause.js'

export type Transport = 'tcp' | 'udp'

/** One try; times in ms from the start of ffmpeg. `cause` undefined: it works. */
export interface TransportProbe {
  /** undefined: a file. */
  readonly transport?: Transport
  readonly cause?: Cause
  readonly firstFrameMs?: number
  readonly frames: number
  /** Frames a second as they came; undefined while too few came. */
  readonly measuredFps?: number
  /** Messages about lost or damaged data. */
  readonly damage: number
}
