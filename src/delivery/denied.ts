/** Messages that the broker will never take, kept for a person to look at: `spool/denied.jsonl`. */
import { constants } from 'node:fs'
import { appendFile, lstat } from 'node:fs/promises'
import { join } from 'node:path'

/** The alerts themselves stay in the spool by its retention; beyond this the list is not lengthened. */
const MAX_BYTES = 1024 * 1024
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants

export interface DeniedMessage {
  readonly at: string
  readonly topic: string
  readonly reason: string
  readonly payload: string
}

/** Appends a line. Throws what the file system throws. */
export async function keepDenied(folder: string, message: DeniedMessage): Promise<void> {
  const path = join(folder, 'denied.jsonl')
  const { size } = await lstat(path).catch(() => ({ size: 0 })) // not there yet
  if (size >= MAX_BYTES) return
  const flag = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW
  await appendFile(path, `${JSON.stringify(message)}\n`, { mode: 0o600, flag })
}
