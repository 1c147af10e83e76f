import { expect, test } from 'vitest'
import { framePool } from '../../src/camera/frame-pool.js'
import { frameReader, type TimedPicture } from '../../src/camera/frame-reader.js'
import { parseTimeLine, timeLines } from '../../src/camera/time-lines.js'

const line = (height: number, ptsUs = 0) => ({ ptsUs, height, shape: '0x1' })
const take = (bytes: number) => new Uint8Array(bytes)

test('pictures are the same whatever the chunks, and lines may come before or after their bytes', () => {
  const all = Uint8Array.from({ length: 8 * 8 * 1.5 * 3 }, (_, i) => i)
  for (const size of [1, 7, 96, 97, 200, 288]) {
    for (const early of [true, false]) {
      const out: TimedPicture[] = []
      const reader = frameReader(8, take, (picture) => out.push(picture))
      if (early) for (let i = 0; i < 3; i++) reader.line(line(8, i))
      for (let at = 0; at < all.length; at += size) reader.bytes(all.subarray(at, at + size))
      if (!early) for (let i = 0; i < 3; i++) reader.line(line(8, i))
      expect(out.map((p) => p.line.ptsUs)).toEqual([0, 1, 2])
      expect(Buffer.concat(out.map((p) => p.pixels))).toEqual(Buffer.from(all))
    }
  }
})

test('each picture has the size of its own line', () => {
  const out: TimedPicture[] = []
  const reader = frameReader(8, take, (picture) => out.push(picture))
  reader.bytes(new Uint8Array(96 + 192).fill(1, 96))
  reader.line(line(8))
  reader.line(line(16))
  expect(out.map((p) => [p.pixels.length, p.pixels[0]])).toEqual([
    [96, 0],
    [192, 1],
  ])
})

test('bytes without lines are bounded', () => {
  const reader = frameReader(8, take, () => {})
  const chunk = new Uint8Array(1024 * 1024)
  expect(() => {
    for (let i = 0; i < 40; i++) reader.bytes(chunk)
  }).toThrow(/without a line/)
})

test('time lines are read across chunks, headers skipped', () => {
  const seen: unknown[] = []
  const push = timeLines((l) => seen.push(l))
  push('#tb 0: 1/1000000\n0,  66667,      66')
  push('667,        0,     1080, 0x90a0cc01\n0, 1, 2, 3, 24, 0x1, F=0x0\n')
  expect(seen).toEqual([
    { ptsUs: 66667, height: 360, shape: '0x90a0cc01' },
    { ptsUs: 2, height: 8, shape: '0x1' },
  ])
})

test('what framecrc never writes is refused', () => {
  expect(() => parseTimeLine('hello')).toThrow(/not a time line/)
  expect(() => parseTimeLine('0, 0, 0, 0, 1081, 0x1')).toThrow(/not a time line/)
  expect(() => timeLines(() => {})('x'.repeat(5000))).toThrow(/without end/)
})

test('a pool gives a returned buffer again, of one size alone, in memory that threads share, and keeps few', () => {
  const pool = framePool()
  const first = pool.take(96)
  pool.give(first)
  expect(pool.take(96)).toBe(first)
  expect(first.buffer).toBeInstanceOf(SharedArrayBuffer)
  pool.give(first)
  expect(pool.take(192).byteLength).toBe(192)
  const many = Array.from({ length: 10 }, () => pool.take(96))
  for (const buffer of many) pool.give(buffer)
  const again = Array.from({ length: 10 }, () => pool.take(96))
  expect(again.filter((b) => many.includes(b)).length).toBe(5)
})
