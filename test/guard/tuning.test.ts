/** README's tuning table where it speaks of a guard's streams and load; test/core/tuning.test.ts has the lines of the decision. */
import { expect, test, vi } from 'vitest'
import { decodeSource } from '../../src/camera/file.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { createCounters } from '../../src/guard/counters.js'
import { createTurns } from '../../src/guard/turns.js'
import { bundled, camera, fixture, recorder } from '../camera/partners.js'

const STREET = new URL('../../assets/street.mp4', import.meta.url).pathname
/** Of one core, for a frame of 640x360; networks take less for less. */
const JUDGING_MS = 100
/** More than the window in which drops are counted. */
const SECONDS = 22

interface Turned {
  readonly rate?: number
  readonly width?: number
  readonly cameras?: number
}

/** What a guard with one inference thread says of the first camera, each of them showing the demo's street. */
async function said({ rate = 15, width = 640, cameras = 1 }: Turned): Promise<Diagnostic[]> {
  const times: number[] = []
  let pixels = 0
  const ending = new AbortController()
  for await (const frame of decodeSource(STREET, { width, rate, ffmpeg: bundled, signal: ending.signal })) {
    if (frame.capturedAtMs > SECONDS * 1_000) break
    times.push(frame.capturedAtMs)
    pixels = frame.width * frame.height
  }
  vi.useFakeTimers({ now: 0 })
  try {
    const turns = createTurns()
    turns.addThreads(1)
    const judgingMs = (JUDGING_MS * pixels) / (640 * 360)
    const counters = createCounters('street', performance.now())
    const verdict = { kind: 'clean', score: { logit: -3, p: 1 }, passes: 0 } as const
    const places = Array.from({ length: cameras }, (_, i) =>
      turns.join(
        async () => {
          await new Promise((judged) => setTimeout(judged, judgingMs))
          if (i === 0) counters.judged(verdict, undefined, judgingMs, performance.now())
        },
        () => {},
      ),
    )
    const diagnostics: Diagnostic[] = []
    const startMs = performance.now()
    const wallMs = Date.now()
    for (const atMs of times) {
      await vi.advanceTimersByTimeAsync(Math.max(0, startMs + atMs - performance.now()))
      const frame = { cameraId: 'street', seq: 0, capturedAtMs: wallMs + atMs, width: 8, height: 8, damaged: false }
      for (const place of places) place.offer({ ...frame, pixels: new Uint8Array(96) })
      const overloaded = counters.read(places[0]!.dropped(), performance.now())[1]
      if (overloaded) diagnostics.push(overloaded)
    }
    return diagnostics
  } finally {
    vi.useRealTimers()
  }
}

test.each([
  { turn: 'frame.rate down', from: {}, to: { rate: 5 } },
  { turn: 'frame.width down', from: {}, to: { width: 320 } },
  { turn: 'fewer cameras', from: { cameras: 4, rate: 5 }, to: { rate: 5 } },
])('FW_OVERLOADED: $turn ends it', async ({ from, to }) => {
  expect((await said(from))[0]).toMatchObject({ code: 'FW_OVERLOADED', subject: 'street' })
  expect(await said(to)).toEqual([])
})

test.each([
  { turn: 'below the hiccup stalls', stallMs: 600, stalls: true },
  { turn: 'above it goes on', stallMs: 60_000, stalls: false },
])('FW_CAMERA_STALLED: a camera that hiccups for 1.5 s, timeouts.stall $turn', async ({ stallMs, stalls }) => {
  const stop = new AbortController()
  const hooks = recorder()
  const timeouts = { connectMs: 500, firstFrameMs: 30_000, stallMs, frozenMs: 60_000 }
  const settings = camera({ url: STREET, timeouts })
  const supervised = superviseCamera(settings, fixture('ffmpeg-pauses.mjs'), hooks, stop.signal)
  await hooks.until((seen) => seen.diagnostics.length > 0 || seen.frames.length >= 20)
  stop.abort()
  await supervised
  expect(hooks.states.includes('stalled')).toBe(stalls)
  expect(hooks.diagnostics.some(({ code }) => code === 'FW_CAMERA_STALLED')).toBe(stalls)
})
