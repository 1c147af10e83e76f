import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { pictureInput } from '../../src/camera/picture-input.js'

const picture = (value: number) => new Uint8Array(100).fill(value)

test('pictures are copied: the buffer goes back to its pool at once', () => {
  const read = new PassThrough()
  const input = pictureInput(100, 1000, () => {})
  input.connect(read)
  const pixels = picture(1)
  expect(input.write(pixels)).toBe(true)
  pixels.fill(9)
  expect([...read.read()]).toEqual([...picture(1)])
})

test('without an encoder, pictures are dropped', () => {
  const input = pictureInput(100, 1000, () => {})
  expect(input.write(picture(1))).toBe(false)
  input.connect(new PassThrough())
  input.connect(undefined)
  expect(input.write(picture(1))).toBe(false)
})

test('an encoder that reads nothing is left once, after stuckMs of pictures, and one that reads again is not', () => {
  let [nowMs, stuck] = [0, 0]
  const input = pictureInput(
    100,
    1000,
    () => stuck++,
    () => nowMs,
  )
  const unread = () => new Writable({ highWaterMark: 1, write() {} })
  input.connect(unread())
  const taken = [0, 0, 0, 500, 999].map((ms) => {
    nowMs = ms
    return input.write(picture(1))
  })
  // One is being read, one waits.
  expect(taken).toEqual([true, true, false, false, false])
  expect(stuck).toBe(0)
  input.connect(unread())
  for (const ms of [1100, 1100, 1100, 2099, 2100, 2200]) {
    nowMs = ms
    input.write(picture(1))
  }
  expect(stuck).toBe(1)
})
