/** A decoded picture and where it came from. */

/**
 * One frame as ffmpeg wrote it: planar I420 (yuv420p), limited range, BT.601.
 * `pixels` holds width * height * 3 / 2 bytes: Y, then U, then V. Width and height are multiples of 8.
 */
export interface Frame {
  readonly cameraId: string
  /** Counts from 0 within one connection of the camera. */
  readonly seq: number
  /** Wall clock of arrival at this host (file: position on its own time line), milliseconds since the epoch (file: start). */
  readonly capturedAtMs: number
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
  /** ffmpeg reported lost or damaged data since one GOP or less: the frame is judged but may not raise an alarm. */
  readonly damaged: boolean
  /** Bytes of the frame as the camera encoded it; undefined where nobody counted. */
  readonly encodedBytes?: number
}

/** Bytes of one I420 picture. */
export function i420Bytes(width: number, height: number): number {
  return (width * height * 3) / 2
}
