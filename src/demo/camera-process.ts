/**
 * The program of the street camera: a fork of the demo, so that its work holds up nobody and it is as foreign to the daemon as
 * any other camera. It ends when the channel to the demo closes, and its ffmpeg with it.
 */
import { readPattern } from '../camera/pattern-file.js'
import { perturbation, UNIVERSAL_PATTERN } from '../core/perturbation.js'
import { streetLook } from './camera-look.js'
import type { FromCamera, ToCamera } from './camera-protocol.js'
import { playStreet, STREET } from './recording.js'
import { encoderPath, pushRtsp } from './rtsp-push.js'
import { runStreetCamera, type StreetCamera } from './street-camera.js'

const over = new AbortController()
let running: Promise<StreetCamera> | undefined

function send(message: FromCamera): void {
  if (process.connected) process.send?.(message)
}

async function start({ port, epsilon255 }: Extract<ToCamera, { type: 'start' }>): Promise<StreetCamera> {
  const attack = perturbation(await readPattern(UNIVERSAL_PATTERN), epsilon255)
  const ffmpegPath = await encoderPath()
  const { width, height, rate } = STREET
  const { signal } = over
  const push = pushRtsp({ url: `rtsp://127.0.0.1:${port}/cam`, width, height, rate, ffmpegPath, signal })
  const camera = runStreetCamera({
    pictures: playStreet(ffmpegPath, signal),
    rate,
    look: streetLook(),
    attack,
    push,
    onPhase: (phase, atMs) => send({ type: 'phase', phase, atMs }),
    signal,
  })
  Promise.all([camera.done, push.done]).then(() => process.exit(0), fail)
  return camera
}

function fail(error: Error): void {
  send({ type: 'failed', text: error.message })
  process.exitCode = 1
  over.abort()
  process.disconnect?.()
}

function stop(): void {
  over.abort()
  if (!running) process.exit(0)
}

process.on('message', (message: ToCamera) => {
  if (message.type === 'stop') stop()
  else if (message.type === 'start') {
    running = start(message)
    running.catch(fail)
  } else void running?.then((camera) => camera.begin(message.phaseMs))
})
process.on('disconnect', stop)
// Ctrl-C in a terminal reaches the whole foreground group; the demo decides when its camera ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', stop)
