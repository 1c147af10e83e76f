/** The spool's files: `<first seq, 16 digits>-<time of its first record, ms>.log`. The name alone keeps seq when a file is empty. */
import { mkdir, open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createFile, syncFolder } from '../files/atomic-file.js'
import { decodeSegment, type StoredAlert } from './record.js'

export interface Segment {
  readonly path: string
  /** Seq of its first record, there or to come. */
  readonly first: number
  readonly firstAtMs: number
  bytes: number
  /** Last change, milliseconds since the epoch. */
  changedMs: number
}

const NAME = /^(\d{16})-(\d+)\.log$/

/** The segments of a spool folder by seq; creates the folder. Throws what the file system throws. */
export async function listSegments(folder: string): Promise<Segment[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const segments: Segment[] = []
  for (const name of (await readdir(folder)).sort()) {
    const match = NAME.exec(name)
    if (!match) continue
    const path = join(folder, name)
    const { size, mtimeMs } = await stat(path)
    segments.push({ path, first: Number(match[1]), firstAtMs: Number(match[2]), bytes: size, changedMs: mtimeMs })
  }
  return segments
}

/** A new, empty file whose name is safe on disk. */
export async function createSegment(folder: string, first: number, nowMs: number): Promise<Segment> {
  const path = join(folder, `${String(first).padStart(16, '0')}-${nowMs}.log`)
  const file = await createFile(path)
  await file.close()
  await syncFolder(folder)
  return { path, first, firstAtMs: nowMs, bytes: 0, changedMs: nowMs }
}

export async function readSegment(segment: Segment): Promise<ReturnType<typeof decodeSegment> & { bytes: Buffer }> {
  const bytes = await readFile(segment.path)
  return { ...decodeSegment(bytes), bytes }
}

/**
 * Appends after `segment.bytes` and syncs: fdatasync (POSIX) also writes the new size. What an earlier, failed append
 * left behind is cut off first. Throws what the file system throws; `segment` then stands as before.
 */
export async function appendToSegment(segment: Segment, bytes: Buffer, nowMs: number): Promise<void> {
  const file = await open(segment.path, 'r+')
  try {
    if ((await file.stat()).size > segment.bytes) await file.truncate(segment.bytes)
    for (let done = 0; done < bytes.length; ) {
      done += (await file.write(bytes, done, bytes.length - done, segment.bytes + done)).bytesWritten
    }
    await file.datasync()
  } finally {
    await file.close()
  }
  segment.bytes += bytes.length
  segment.changedMs = nowMs
}

/** Cuts the file behind its first `bytes`. */
export async function cutSegment(segment: Segment, bytes: number): Promise<void> {
  const file = await open(segment.path, 'r+')
  try {
    await file.truncate(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  segment.bytes = bytes
}

/** Seqs from `first` to `last` that no record holds. */
export function missingSeqs(records: readonly StoredAlert[], first: number, last: number): number[] {
  const held = new Set(records.map(({ alert }) => alert.seq))
  const missing: number[] = []
  for (let seq = first; seq <= last; seq++) if (!held.has(seq)) missing.push(seq)
  return missing
}
