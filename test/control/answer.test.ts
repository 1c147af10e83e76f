import { expect, test } from 'vitest'
import { answer } from '../../src/control/answer.js'
import type { Verbs } from '../../src/control/protocol.js'
import { FwError } from '../../src/core/errors.js'

const faults: unknown[] = []
const verbs: Verbs = {
  echo: async (request) => ({ said: request.said }),
  refuse: async () => {
    throw new FwError('FW_SPOOL_DISK', 'no room')
  },
  fail: async () => {
    throw new TypeError('a secret of ours')
  },
  cycle: async () => {
    const a: Record<string, unknown> = {}
    a.a = a
    return a
  },
}

async function replyTo(line: string): Promise<Record<string, unknown>> {
  faults.length = 0
  const text = await answer(line, verbs, new AbortController().signal, (error) => faults.push(error))
  expect(text.indexOf('\n')).toBe(text.length - 1)
  return JSON.parse(text)
}

test('a request is answered by its verb, with its id', async () => {
  expect(await replyTo('{"id":"7","verb":"echo","said":"a\\nb"}')).toEqual({ id: '7', ok: true, said: 'a\nb' })
  expect(await replyTo('{"id":7,"verb":"echo"}')).toEqual({ id: 7, ok: true })
  expect(await replyTo('{"verb":"echo"}')).toEqual({ ok: true })
})

test('what a verb refuses is answered by its code', async () => {
  expect(await replyTo('{"id":1,"verb":"refuse"}')).toEqual({
    ...{ id: 1, ok: false, code: 'FW_SPOOL_DISK', message: 'no room' },
  })
  expect(faults).toEqual([])
})

test.each(['fail', 'cycle'])('a fault of ours (%s) is answered, and reported to the log alone', async (verb) => {
  const reply = await replyTo(`{"id":1,"verb":"${verb}"}`)
  expect(reply).toMatchObject({ id: 1, ok: false, code: 'FW_INTERNAL' })
  expect(JSON.stringify(reply)).not.toContain('secret')
  expect(faults).toHaveLength(1)
})

test.each([
  ['no JSON', 'state', 'the line is no JSON'],
  ['a list', '[]', 'the line is no JSON object'],
  ['null', 'null', 'the line is no JSON object'],
  ['no verb', '{"id":1}', 'verb is missing'],
  ['a verb that is no text', '{"verb":{}}', 'verb is missing'],
  ['an id that is no name', '{"id":{"a":1},"verb":"echo"}', 'id is neither'],
  ['an id without end', `{"id":"${'x'.repeat(129)}","verb":"echo"}`, 'id is neither'],
  ['a verb nearly right', '{"verb":"ecko"}', 'unknown verb, did you mean echo?; known: echo, refuse, fail, cycle'],
  ['a name that every object has', '{"verb":"constructor"}', 'unknown verb'],
  ['the prototype', '{"verb":"__proto__"}', 'unknown verb'],
  ['JSON without bottom', `${'['.repeat(60_000)}`, 'the line is no JSON'],
])('%s is refused', async (_, line, message) => {
  expect(await replyTo(line)).toMatchObject({
    ok: false,
    code: 'FW_REQUEST',
    message: expect.stringContaining(message),
  })
  expect(faults).toEqual([])
})
