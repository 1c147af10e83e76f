import { describe, expect, it } from 'vitest'
import { durationMs, sizeBytes } from '../../src/config/units.js'

describe('units', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['0.0004s', 0],
  ])('%s is %i ms', (text, ms) => expect(durationMs(text)).toBe(ms))

  it.each([
    ['512B', 512],
    ['64KiB', 65_536],
    ['256MiB', 2 ** 28],
    ['0.5GiB', 2 ** 29],
    ['1TiB', 2 ** 40],
  ])('%s is %i bytes', (text, bytes) => expect(sizeBytes(text)).toBe(bytes))

  it.each(['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5sec', '٥s', '5s\n'])('refuse %j as a duration', (text) => {
    expect(durationMs(text)).toBeUndefined()
  })

  it.each(['', '5', '5MB', '5 MiB', '5mib', '99999999TiB'])('refuse %j as a size', (text) => {
    expect(sizeBytes(text)).toBeUndefined()
  })
})
