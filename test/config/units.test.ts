import { describe, expect, it } from 'vitest'
import { durationMs, durationText, sizeBytes, sizeText } from '../../src/config/units.js'

/** A fixed sequence without pattern (mulberry32), so that a failure comes back. */
function* wholeNumbers(count: number, below: number): Generator<number> {
  let state = 0x9e3779b9
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    yield Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

describe('units', () => {
  it('read back what they wrote', () => {
    for (const n of wholeNumbers(500, 1_000_000)) {
      for (const unit of [1, 1_000, 60_000, 3_600_000]) expect(durationMs(durationText(n * unit))).toBe(n * unit)
      for (const unit of [1, 2 ** 10, 2 ** 20]) expect(sizeBytes(sizeText(n * unit))).toBe(n * unit)
    }
  })

  it.each([
    [90_000, '90s'],
    [86_400_000, '1d'],
    [1_500, '1500ms'],
    [0, '0ms'],
  ])('write %i ms as %s', (ms, text) => expect(durationText(ms)).toBe(text))

  it.each([
    [2 ** 28, '256MiB'],
    [2 ** 31, '2GiB'],
    [1_000, '1000B'],
  ])('write %i bytes as %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))

  it.each(['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5sec', '٥s', '5s\n'])('refuse %j as a duration', (text) => {
    expect(durationMs(text)).toBeUndefined()
  })

  it.each(['', '5', '5MB', '5 MiB', '5mib', '99999999TiB'])('refuse %j as a size', (text) => {
    expect(sizeBytes(text)).toBeUndefined()
  })
})
