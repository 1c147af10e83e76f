import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { boundedStream } from '../../src/log/bounded-stream.js'

const LINE = `${'x'.repeat(99_999)}\n`

function unread() {
  const stream = new PassThrough({ highWaterMark: 1 })
  return { stream, log: boundedStream(stream, (count) => `${count} lost\n`) }
}

test('what a reader does not take is held to about a megabyte, and then counted', async () => {
  const { stream, log } = unread()
  for (let i = 0; i < 100; i++) log.write(LINE)
  expect(stream.writableLength).toBeLessThan(1_200_000)
  const read = text(stream)
  expect(await log.flushed(10_000)).toBe(true)
  log.write('the next line\n')
  stream.end()
  const lines = (await read).trimEnd().split('\n')
  const whole = lines.filter((line) => line.length === LINE.length - 1).length
  expect(lines.slice(whole)).toEqual([`${100 - whole} lost`, 'the next line'])
})

test('flushed gives up on a reader that never reads', async () => {
  const { log } = unread()
  log.write(LINE)
  log.write(LINE)
  expect(await log.flushed(20)).toBe(false)
})

test('a reader that has gone is no error', async () => {
  const { stream, log } = unread()
  stream.destroy(new Error('EPIPE'))
  log.write('nobody hears this\n')
  expect(await log.flushed(10_000)).toBe(true)
})
