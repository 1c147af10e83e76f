/** The life of one camera as ops see it. */

export const CAMERA_STATES = ['connecting', 'guarding', 'stalled', 'frozen', 'backoff', 'stopped'] as const
export type CameraState = (typeof CAMERA_STATES)[number]
