/** A share of an archive: which sources belong to which of N runs that know nothing of each other. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'

/** Run `index` of `of`; `index` in 0..of - 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/**
 * `3/8`. Counted from 0 (Kubernetes' completion index) or from 1: N/N is the same as 0/N, so 0..N-1 and 1..N both cover every
 * source once. Undefined where `text` is no such thing.
 */
export function parseShard(text: string): Shard | undefined {
  const [, index, of] = /^(\d{1,6})\/([1-9]\d{0,5})$/.exec(text) ?? []
  if (of === undefined || Number(index) > Number(of)) return undefined
  return { index: Number(index) % Number(of), of: Number(of) }
}

/** Whether the source of this name is the shard's: by its name alone, so every run must be given the same names. */
export function inShard(source: string, { index, of }: Shard): boolean {
  return hashOf(source).readUIntBE(0, 6) % of === index
}

/** A file name for what is known of a source: readable, and another one for each name. */
export function sourceKey(source: string): string {
  const readable = basename(source)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 60)
  return `${readable}-${hashOf(source).toString('hex').slice(0, 16)}`
}

function hashOf(source: string): Buffer {
  return createHash('sha256').update(source).digest()
}
