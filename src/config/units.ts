/** Durations and sizes as people write them. */

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

export const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
export const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)$/

/** Milliseconds of `500ms`, `10s`, `1.5m`, `2h`, `30d`, rounded; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  return quantity(DURATION.exec(text), MS)
}

/** Bytes of `512B`, `64KiB`, `256MiB`, `2GiB`, `1TiB`, rounded; undefined for anything else. */
export function sizeBytes(text: string): number | undefined {
  return quantity(SIZE.exec(text), BYTES)
}

function quantity(match: RegExpExecArray | null, units: Readonly<Record<string, number>>): number | undefined {
  if (!match) return undefined
  const value = Math.round(Number(match[1]) * units[match[2]!]!)
  return Number.isSafeInteger(value) ? value : undefined
}
