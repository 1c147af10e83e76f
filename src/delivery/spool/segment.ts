/** The spool's files: `<first seq, 16 digits>-<spool clock at its first record, ms>.log`. The name alone keeps seq when a file is empty. */
import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { appendSafely, createFile, syncFolder } from '../../files/atomic-file.js'
import { decodeSegment, type StoredAlert } from './record.js'

export interface Segment {
  readonly path: string
  /** Seq of its first record, there or to come. */
  readonly first: number
  /** When it was begun, by the spool's clock. */
  readonly begunMs: number
  /** Its last append, by the same clock; found on disk: when the next one was begun, no earlier than that. */
  readonly changedMs: number
  readonly bytes: number
}

const NAME = /^(\d{16})-(\d+)\.log$/

/** The segments of a spool folder by seq; creates the folder. Throws what the file system throws. */
export async function listSegments(folder: string): Promise<Segment[]> {
  await makeFolder(folder)
  const segments: Segment[] = []
  for (const name of (await readdir(folder)).sort()) {
    const match = NAME.exec(name)
    if (!match) continue
    const path = join(folder, name)
    const { size } = await stat(path)
    const begunMs = Number(match[2])
    segments.push({ path, first: Number(match[1]), begunMs, changedMs: begunMs, bytes: size })
  }
  return segments.map((segment, i) => ({ ...segment, changedMs: segments[i + 1]?.begunMs ?? segment.begunMs }))
}

/** The spool's folder, for this user alone, where it is not there. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** A new, empty file whose name is safe on disk; creates the folder. */
export async function createSegment(folder: string, first: number, nowMs: number): Promise<Segment> {
  await makeFolder(folder)
  const begunMs = Math.floor(nowMs)
  const path = join(folder, `${String(first).padStart(16, '0')}-${begunMs}.log`)
  const file = await createFile(path)
  await file.close()
  await syncFolder(folder)
  return { path, first, begunMs, changedMs: begunMs, bytes: 0 }
}

export async function readSegment(segment: Segment): Promise<ReturnType<typeof decodeSegment> & { bytes: Buffer }> {
  const bytes = await readFile(segment.path)
  return { ...decodeSegment(bytes), bytes }
}

/** Appends after `segment.bytes` by `appendSafely`. Throws what the file system throws. */
export async function appendToSegment(segment: Segment, bytes: Buffer): Promise<void> {
  const file = await open(segment.path, 'r+')
  try {
    await appendSafely(file, bytes, segment.bytes)
  } finally {
    await file.close()
  }
}

/** Cuts the file behind its first `bytes`. */
export async function cutSegment(segment: Segment, bytes: number): Promise<Segment> {
  const file = await open(segment.path, 'r+')
  try {
    await file.truncate(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  return { ...segment, bytes }
}

/** Seqs from `first` to `last` that no record holds. */
export function missingSeqs(records: readonly StoredAlert[], first: number, last: number): number[] {
  const held = new Set(records.map(({ alert }) => alert.seq))
  const missing: number[] = []
  for (let seq = first; seq <= last; seq++) if (!held.has(seq)) missing.push(seq)
  return missing
}
