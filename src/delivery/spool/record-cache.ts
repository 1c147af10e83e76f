/** Records in memory: of the segment that is appended to, and of the older one that was used last. */
import type { StoredAlert } from './record.js'

export interface RecordCache {
  /** Of the segment at `path`; undefined: it has to be read. */
  of(path: string): readonly StoredAlert[] | undefined
  /** The segment at `path` is the one that is appended to. */
  begin(path: string, records: readonly StoredAlert[]): void
  append(records: readonly StoredAlert[]): void
  /** An older segment, in place of the one before. */
  keep(path: string, records: readonly StoredAlert[]): void
  clear(): void
}

interface Kept {
  readonly path: string
  readonly records: StoredAlert[]
}

export function recordCache(): RecordCache {
  let active: Kept | undefined
  let older: Kept | undefined
  return {
    of: (path) => [active, older].find((kept) => kept?.path === path)?.records,
    begin: (path, records) => {
      older = active ?? older
      active = { path, records: [...records] }
    },
    append: (records) => active!.records.push(...records),
    keep: (path, records) => {
      older = { path, records: [...records] }
    },
    clear: () => {
      active = undefined
      older = undefined
    },
  }
}
