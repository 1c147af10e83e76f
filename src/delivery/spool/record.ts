/** One alert as a line of a segment: `<crc32 of the JSON, 8 hex> <JSON>\n`. A line is whole or it is damage; the next one starts after \n. */
import { crc32 } from 'node:zlib'
import type { Alert } from '../../core/alert.js'

/** An alert and when it was put on disk, by the spool's clock. */
export interface StoredAlert {
  readonly at: number
  readonly alert: Alert
}

/** A line that is no record. `torn`: the file's end without \n, a write that never finished. */
export interface Damage {
  readonly offset: number
  readonly bytes: number
  readonly torn: boolean
}

const NEWLINE = 0x0a
const CRC_CHARS = 8

export function encodeRecord(stored: StoredAlert): Buffer {
  const json = JSON.stringify(stored)
  return Buffer.from(`${checksum(Buffer.from(json))} ${json}\n`)
}

/** All whole records in order, where the last one ends, and what is no record. Never throws. */
export function decodeSegment(bytes: Buffer): { records: StoredAlert[]; end: number; damage: Damage[] } {
  const records: StoredAlert[] = []
  const damage: Damage[] = []
  let recordsEnd = 0
  for (let offset = 0; offset < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, offset)
    const end = newline < 0 ? bytes.length : newline
    const stored = newline < 0 ? undefined : decodeLine(bytes.subarray(offset, end))
    if (stored) {
      records.push(stored)
      recordsEnd = end + 1
    } else damage.push({ offset, bytes: Math.min(end + 1, bytes.length) - offset, torn: newline < 0 })
    offset = end + 1
  }
  return { records, end: recordsEnd, damage }
}

function decodeLine(line: Buffer): StoredAlert | undefined {
  const json = line.subarray(CRC_CHARS + 1)
  if (line.toString('latin1', 0, CRC_CHARS + 1) !== `${checksum(json)} `) return undefined
  return JSON.parse(json.toString()) as StoredAlert
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(CRC_CHARS, '0')
}
