import { expect, test } from 'vitest'
import { openRestream } from '../../src/camera/encode.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import { bundled, camera, childrenWith, freePort, recorder } from './partners.js'

const WIDTH = 320
const HEIGHT = 184

function grey(luma: number): Uint8Array {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 1.5).fill(128)
  return pixels.fill(luma, 0, WIDTH * HEIGHT)
}

test('pictures written are a stream that another camera reader sees, and it comes back after its server was away', async () => {
  const url = `rtsp://127.0.0.1:${await freePort()}/clean`
  const stop = new AbortController()
  const diagnostics: string[] = []
  const onDiagnostic = (d: { code: string }) => diagnostics.push(d.code)
  const options = { url, width: WIDTH, height: HEIGHT, rate: 15, ffmpeg: bundled, signal: stop.signal, onDiagnostic }
  const restream = openRestream(options)
  const writing = setInterval(() => restream.write(grey(100)), 66)
  // Nobody takes the stream yet: pictures are dropped and the failure is told.
  while (diagnostics.length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  const hooks = recorder()
  const reader = new AbortController()
  const supervised = superviseCamera(
    camera({ url, listen: true, frame: { width: WIDTH, rate: 15 } }),
    bundled,
    hooks,
    reader.signal,
  )
  await hooks.until((seen) => seen.frames.length >= 20)
  const seen = hooks.frames.at(-1)!
  expect([seen.width, seen.height]).toEqual([WIDTH, HEIGHT])
  expect(Math.abs(seen.pixels[WIDTH * 90 + 160]! - 100)).toBeLessThanOrEqual(2)
  expect(Math.abs(seen.pixels[WIDTH * HEIGHT + 500]! - 128)).toBeLessThanOrEqual(2)
  clearInterval(writing)
  await restream.close()
  reader.abort()
  await supervised
  expect(diagnostics[0]).toBe('FW_CAMERA_REFUSED')
  expect(childrenWith('/clean')).toEqual([])
})

test('a write to a server that does not read is dropped, never waited for', async () => {
  const stop = new AbortController()
  const url = `rtsp://127.0.0.1:${await freePort()}/clean`
  const restream = openRestream({ url, width: WIDTH, height: HEIGHT, rate: 15, ffmpeg: bundled, signal: stop.signal })
  const results = Array.from({ length: 50 }, () => restream.write(grey(90)))
  expect(results).toContain(false)
  expect(() => restream.write(new Uint8Array(10))).toThrow(/10 bytes/)
  stop.abort()
  await restream.close()
})
