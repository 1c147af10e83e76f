/** The file of the incident log: a JSON object a line. What a crash left at its end is cut off, what is no entry is left out. */
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LogEntry } from '../core/incident-history.js'
import { appendSafely, syncFolder, writeAtomically } from '../files/atomic-file.js'

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants

/** `<state_dir>/incidents/log.jsonl` */
export function incidentLogPath(stateDir: string): string {
  return join(stateDir, 'incidents', 'log.jsonl')
}

export interface LogText {
  readonly entries: readonly LogEntry[]
  /** Where the last whole line ends. */
  readonly bytes: number
  /** Whole lines that are no entry. */
  readonly damaged: number
}

/** A file that is not there is an empty one. Throws what the file system throws. */
export async function readLog(path: string): Promise<LogText> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const bytes = text.lastIndexOf(0x0a) + 1
  const lines = text.toString('utf8', 0, bytes).split('\n').slice(0, -1)
  const entries = lines.map(parsed).filter((entry) => entry !== undefined)
  return { entries, bytes, damaged: lines.length - entries.length }
}

export interface LogFile {
  readonly bytes: number
  /** All or nothing, synced. Throws what the file system throws. */
  append(entries: readonly LogEntry[]): Promise<void>
  /** Only `entries` from now on. Throws what the file system throws; the old file then stands. */
  rewrite(entries: readonly LogEntry[]): Promise<void>
}

/** Appends behind the first `bytes` of the file, which is made where needed. */
export function logFile(path: string, bytes: number): LogFile {
  let end = bytes
  return {
    get bytes() {
      return end
    },
    append: async (entries) => {
      const line = Buffer.from(textOf(entries))
      const file = await openForWriting(path)
      try {
        await appendSafely(file, line, end)
      } finally {
        await file.close()
      }
      end += line.length
    },
    rewrite: async (entries) => {
      const text = textOf(entries)
      await writeAtomically(path, text)
      end = Buffer.byteLength(text)
    },
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  const flags = O_RDWR | O_CREAT | O_NOFOLLOW
  return open(path, flags, 0o600).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, flags, 0o600)
    await syncFolder(dirname(path))
    return file
  })
}

function textOf(entries: readonly LogEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}

function parsed(line: string): LogEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<LogEntry> | null
    return isEntry(entry) ? entry : undefined
  } catch {
    return undefined // counted as damaged
  }
}

function isEntry(entry: Partial<LogEntry> | null): entry is LogEntry {
  if (entry?.type === 'alert') return typeof entry.alert?.incident === 'string' && Number.isInteger(entry.alert.seq)
  if (entry?.type === 'kept') return typeof entry.incident?.id === 'string' && Number.isInteger(entry.seq)
  return entry?.type === 'acknowledged' && typeof entry.incident === 'string' && typeof entry.at === 'string'
}
