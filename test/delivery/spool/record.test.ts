import { expect, test } from 'vitest'

import { decodeSegment, encodeRecord, type StoredAlert } from '../../../src/delivery/spool/record.js'
import { keptAlert } from '../../fixtures/alerts.js'

function stored(seq: number): StoredAlert {
  return { at: 1_000 + seq, alert: keptAlert(seq, { camera: 'tür\n"1"' }) }
}

const three = [1, 2, 3].map((seq) => encodeRecord(stored(seq)))

test('records come back as they were, whatever is in them', () => {
  const { records, damage, end } = decodeSegment(Buffer.concat(three))
  expect(records).toEqual([stored(1), stored(2), stored(3)])
  expect(damage).toEqual([])
  expect(end).toBe(Buffer.concat(three).length)
})

test('cut anywhere, all records before the cut are whole and the rest is torn', () => {
  const bytes = Buffer.concat(three)
  for (let cut = 0; cut < bytes.length; cut++) {
    const { records, damage, end } = decodeSegment(bytes.subarray(0, cut))
    expect(records.length).toBe([0, 1, 2].filter((i) => cut >= Buffer.concat(three.slice(0, i + 1)).length).length)
    expect(damage).toEqual(cut > end ? [{ offset: end, bytes: cut - end, torn: true }] : [])
  }
})

test('one flipped bit costs one record, or two where it makes or breaks a line', () => {
  const bytes = Buffer.concat(three)
  for (let i = 0; i < bytes.length; i++) {
    const flipped = Buffer.from(bytes)
    flipped[i] = flipped[i]! ^ (1 << (i % 8))
    const { records, damage } = decodeSegment(flipped)
    expect(records.length).toBeGreaterThanOrEqual(1)
    expect(records.length).toBeLessThanOrEqual(2)
    expect(damage.length).toBeGreaterThanOrEqual(1)
  }
})
