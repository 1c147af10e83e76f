import { expect, test } from 'vitest'
import { webhookHeaders } from '../../../src/delivery/webhook/signature.js'

test('a request is signed as Standard Webhooks says', () => {
  // test vector of the standard's reference libraries
  const headers = webhookHeaders(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '{"test": 2432232314}',
    1_614_265_330_999,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  )
  expect(headers).toEqual({
    'content-type': 'application/json',
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('another secret, body, id or time signs otherwise; without a secret nothing is signed', () => {
  const signature = (id: string, body: string, at: number, secret?: string) =>
    webhookHeaders(id, body, at, secret)['webhook-signature']
  const all = [
    signature('a', '{}', 1_000, 'swordfish'),
    signature('b', '{}', 1_000, 'swordfish'),
    signature('a', '[]', 1_000, 'swordfish'),
    signature('a', '{}', 2_000, 'swordfish'),
    signature('a', '{}', 1_000, 'swordfish2'),
  ]
  expect(new Set(all).size).toBe(5)
  expect(signature('a', '{}', 1_000)).toBeUndefined()
})
