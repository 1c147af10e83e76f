/** UUID version 7: sortable by time. Source: RFC 9562 5.7. */

/** `timeMs` since the epoch, `random` 10 bytes of chance from the caller. */
export function uuidV7(timeMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  let t = timeMs
  for (let i = 5; i >= 0; i--) {
    bytes[i] = t % 256
    t = Math.floor(t / 256)
  }
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
