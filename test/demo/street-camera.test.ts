/** The street camera against a real listener: the ffmpeg of the npm package at both ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { i420Bytes } from '../../src/core/frame.js'
import { perturbation } from '../../src/core/perturbation.js'
import type { DemoPhase } from '../../src/demo/camera-protocol.js'
import { STREET } from '../../src/demo/recording.js'
import { encoderPath, pushRtsp } from '../../src/demo/rtsp-push.js'
import { runStreetCamera } from '../../src/demo/street-camera.js'
import { until } from '../fixtures/alerts.js'
import { childrenOf, FFMPEG, freePort } from '../fixtures/daemon.js'

const [width, height] = [320, 192]
const GREY = 120

/** An even picture: what is uneven in it was put in later. */
async function* evenPictures(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(i420Bytes(width, height)).fill(GREY, 0, width * height).fill(128, width * height)
}
/** 8x8 squares, which any encoder keeps. */
const squares = Uint8Array.from({ length: width * height }, (_, i) =>
  ((i % width) >> 3) % 2 === (Math.floor(i / width) >> 3) % 2 ? 255 : 1,
)

/** Mean distance of luma from the grey of the scene, one number a frame, as a listener decodes it. */
function listen(port: number): { readonly distances: number[]; readonly ended: Promise<unknown> } {
  const input = [
    '-nostdin',
    '-loglevel',
    'error',
    '-threads',
    '1',
    '-rtsp_flags',
    'listen',
    '-i',
    `rtsp://127.0.0.1:${port}/cam`,
  ]
  const output = ['-vsync', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']
  const child = spawn(FFMPEG, [...input, ...output], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const distances: number[] = []
  let rest = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= i420Bytes(width, height); rest = rest.subarray(i420Bytes(width, height))) {
      const luma = rest.subarray(0, width * height)
      distances.push(luma.reduce((sum, v) => sum + Math.abs(v - GREY), 0) / luma.length)
    }
  })
  return { distances, ended: once(child, 'exit') }
}

test('a camera that starts before its listener reaches it, 15 frames a second, perturbed in one phase alone', async () => {
  const port = await freePort()
  const over = new AbortController()
  const { signal } = over
  const url = `rtsp://127.0.0.1:${port}/cam`
  const push = pushRtsp({ url, width, height, rate: STREET.rate, ffmpegPath: await encoderPath(), signal })
  const phases: DemoPhase[] = []
  const reported: number[] = []
  const attack = perturbation({ values: squares, width, height }, 8)
  const onPhase = (phase: DemoPhase, atMs: number) => {
    phases.push(phase)
    reported.push(atMs)
  }
  const camera = runStreetCamera({
    pictures: evenPictures(),
    rate: STREET.rate,
    look: () => {},
    attack,
    push,
    onPhase,
    signal,
  })
  await sleep(1_000)
  const { distances, ended } = listen(port)
  await until(() => distances.length > 10, 'frames flow', 30_000)
  expect(phases).toEqual([])

  camera.begin(2_000)
  await until(() => phases.length === 3, 'all phases', 20_000)
  await until(() => distances.at(-1)! < 2, 'the last phase arrives')

  expect(phases).toEqual(['clean', 'attacked', 'after'])
  expect(reported[1]! - reported[0]!).toBeGreaterThan(1_900)
  const perturbed = distances.map((d) => d > 4)
  const first = perturbed.indexOf(true)
  const last = perturbed.lastIndexOf(true)
  expect(perturbed.slice(first, last + 1)).not.toContain(false)
  // 2 s at 15 a second; a busy machine skips, no frame comes twice
  expect(last - first).toBeGreaterThan(15)
  expect(last - first).toBeLessThanOrEqual(31)
  expect(Math.max(...distances.slice(0, first))).toBeLessThan(2)
  expect(distances.at(-1)).toBeLessThan(2)

  over.abort()
  await Promise.all([camera.done, push.done, ended])
  const left = (await childrenOf(process.pid)).filter(({ argv }) => argv.some((word) => word.includes(String(port))))
  expect(left).toEqual([])
})
