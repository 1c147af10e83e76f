/**
 * The program of the drawn camera: a fork of the demo, so that drawing holds up nobody and the camera is as foreign to the
 * daemon as any other. It ends when the channel to the demo closes, and its ffmpeg with it.
 */
import type { FromCamera, ToCamera } from './camera-protocol.js'
import { type DrawnCamera, runDrawnCamera } from './drawn-camera.js'
import { readPerturbation, UNIVERSAL_PATTERN } from './perturbation.js'
import { encoderPath, publish } from './publisher.js'
import { createStreet, RATE } from './scene/street.js'

const over = new AbortController()
let running: Promise<DrawnCamera> | undefined

function send(message: FromCamera): void {
  if (process.connected) process.send?.(message)
}

async function start({ port, seed, epsilon255 }: Extract<ToCamera, { type: 'start' }>): Promise<DrawnCamera> {
  const scene = createStreet(seed)
  const { width, height } = scene
  const attack = await readPerturbation(UNIVERSAL_PATTERN, epsilon255)
  const url = `rtsp://127.0.0.1:${port}/cam`
  const { signal } = over
  const publisher = publish({ url, width, height, rate: RATE, ffmpegPath: await encoderPath(), signal })
  const camera = runDrawnCamera(scene, attack, publisher, (phase, atMs) => send({ type: 'phase', phase, atMs }), signal)
  void Promise.all([camera.done, publisher.done]).then(() => process.exit(0))
  return camera
}

function stop(): void {
  over.abort()
  if (!running) process.exit(0)
}

process.on('message', (message: ToCamera) => {
  if (message.type === 'stop') stop()
  else if (message.type === 'start') {
    running = start(message)
    running.catch((error: Error) => {
      send({ type: 'failed', text: error.message })
      process.exitCode = 1
      process.disconnect?.()
    })
  } else void running?.then((camera) => camera.begin(message.phaseMs))
})
process.on('disconnect', stop)
// Ctrl-C in a terminal reaches the whole foreground group; the demo decides when its camera ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', stop)
