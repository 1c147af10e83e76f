import { expect, test } from 'vitest'
import { fateOf } from '../../../src/delivery/webhook/webhook-step.js'

test.each([
  [200, 'taken'],
  [204, 'taken'],
  [301, 'again'],
  [400, 'refused'],
  [401, 'again'],
  [404, 'again'],
  [408, 'again'],
  [410, 'again'],
  [413, 'refused'],
  [422, 'refused'],
  [429, 'again'],
  [500, 'again'],
  [503, 'again'],
])('a receiver that answers %i: %s', (status, fate) => {
  expect(fateOf({ type: 'answered', status }).type).toBe(fate)
})

test('one that does not answer is asked again, and the reason is told', () => {
  expect(fateOf({ type: 'unreachable', text: 'ECONNREFUSED' })).toEqual({ type: 'again', text: 'ECONNREFUSED' })
})
