import { expect, test } from 'vitest'
import { encoded, type WireMessage, wireReader } from '../../../src/inference/python/wire.js'

const parts = [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array([4])]
const bytes = Buffer.concat([...encoded({ type: 'run', graph: 'schirm ü' }, parts), ...encoded({ type: 'close' }, [])])

test.each([1, 2, 3, 7, 1_000])('messages come out whole and in order from chunks of %i bytes', (size) => {
  const messages: WireMessage[] = []
  const read = wireReader((message) => messages.push(message))
  for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
  expect(messages.map(({ header }) => header)).toEqual([
    { type: 'run', graph: 'schirm ü', parts: [3, 0, 1] },
    { type: 'close', parts: [] },
  ])
  expect(messages[0]!.parts).toEqual(parts)
  expect(new Set(messages[0]!.parts.map(({ buffer }) => buffer)).size).toBe(3)
})

test.each([
  ['text that is no message of ours', Buffer.from('Traceback (most recent call last)'), /a header of \d+ bytes/],
  ['a header that is no JSON', header('{parts}'), /JSON/],
  ['parts that no frame has', header('{"parts":[1e12]}'), /parts of 1000000000000 bytes/],
  ['no parts at all', header('{}'), /parts of undefined bytes/],
])('%s is refused', (_, wrong, message) => {
  expect(() => wireReader(() => {})(wrong)).toThrow(message)
})

function header(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length, 0, 0, 0]), Buffer.from(text)])
}
