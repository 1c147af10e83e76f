/** What a source's reader is given, with the decoder's end of the pipe in the test's hands. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { SessionEnd } from '../../src/camera/decode-session.js'
import type { FfmpegChild } from '../../src/camera/ffmpeg-child.js'
import { FRAMES_AHEAD } from '../../src/camera/frames-ahead.js'
import { AT_START, placed } from '../../src/camera/source-position.js'
import { sourceReading } from '../../src/camera/source-reading.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'

const ENDED: SessionEnd = { cause: undefined, frames: 1, flowedMs: 0, rc: 0 }

function reading(live: boolean) {
  const diagnostics: Diagnostic[] = []
  const stdout = new PassThrough()
  stdout.resume()
  const source = sourceReading('a.mp4', { width: 8, live, onDiagnostic: (d) => diagnostics.push(d) })
  const end = Promise.resolve({ rc: 0, signal: null })
  const child: FfmpegChild = { pid: 1, stdout, times: new PassThrough(), stdin: null, closed: end, stop: () => end }
  source.hooks.onStart?.(child)
  const picture = (ptsUs: number) => {
    const pixels = source.hooks.take(96)
    source.hooks.onPicture({ pixels, line: { ptsUs, height: 8, shape: 'a' } })
  }
  return { source, stdout, diagnostics, picture }
}

test('a decoder waits from the picture that it may not begin on, not from the turn of the loop after it', async () => {
  const { source, stdout, picture } = reading(false)
  for (let i = 1; i < FRAMES_AHEAD.file; i++) picture(i)
  expect(stdout.isPaused()).toBe(false)
  source.hooks.take(96)
  expect(stdout.isPaused()).toBe(true)
  await source.next()
  expect(stdout.isPaused()).toBe(true)
  await source.next()
  expect(stdout.isPaused()).toBe(false)
})

test('a stream never waits: the oldest frame is left out, and said', async () => {
  const { source, stdout, diagnostics, picture } = reading(true)
  for (let i = 0; i < FRAMES_AHEAD.live + 3; i++) picture(Number.NaN)
  expect(stdout.isPaused()).toBe(false)
  expect((await source.next())!.seq).toBe(3)
  source.finish(ENDED)
  source.throwIfBroken()
  expect(diagnostics.map((d) => d.code)).toContain('FW_OVERLOADED')
  expect(diagnostics.reduce((sum, d) => sum + d.count, 0)).toBe(3)
})

test('the reader that waits is woken by a frame and by the end', async () => {
  const { source, picture } = reading(false)
  const first = source.next()
  picture(2_000_000)
  expect(await first).toMatchObject({ seq: 0, capturedAtMs: 2000 })
  const last = source.next()
  source.finish(ENDED)
  expect(await last).toBeUndefined()
})

test.each([
  ['a file counts from its own zero', false, [0, 66_667, 133_333], [0, 66.667, 133.333]],
  ['a frame without a time stands where the one before it does', false, [40_000, Number.NaN], [40, 40]],
  ['nothing stands before the start', false, [-5000, 0], [0, 0]],
  ['a stream counts from its first arrival', true, [1_795_370_896_000_000, 1_795_370_896_250_000], [0, 250]],
  ['a stamp that is none is the time of reading', true, [Number.NaN, Number.NaN], [0, 100]],
])('%s', (_, live, ptsUs, positions) => {
  let position = AT_START
  const seen = ptsUs.map((pts, i) => {
    position = placed(position, pts, { live, nowMs: 1_795_370_896_300 + i * 100 })
    return position.positionMs
  })
  expect(seen).toEqual(positions)
})
