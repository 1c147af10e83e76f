import { expect, test } from 'vitest'
import { uuidV7 } from '../../src/core/uuid.js'

test('the example of RFC 9562 A.6', () => {
  const random = Uint8Array.from(Buffer.from('0cc318c4dc0c0c07398f', 'hex'))
  expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

test('later ids sort later', () => {
  const random = new Uint8Array(10)
  const ids = [1_000, 999, 1_700_000_000_000, 2_000].map((t) => uuidV7(t, random))
  expect([...ids].sort()).toEqual([ids[1], ids[0], ids[3], ids[2]])
})
