/** What the broker will never take: what to tell the operator, and the alerts, kept for a person to look at. */
import { constants } from 'node:fs'
import { appendFile, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Denied } from './publish-effect.js'

/** The alerts themselves stay in the spool by its retention; beyond this the list is not lengthened. */
const MAX_BYTES = 1024 * 1024
const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants

/** What happened, and what the operator has to grant. */
export function denialText({ message, seq, reason, grant }: Denied): string {
  const kept = seq === undefined ? '' : `; alert ${seq} is kept in spool/denied.jsonl`
  return `${message.topic}: ${reason}; grant write on ${grant}${kept}`
}

/** Appends a line to `denied.jsonl` in the spool's `folder`. Throws what the file system throws. */
export async function keepDenied(folder: string, { message, reason }: Denied): Promise<void> {
  const path = join(folder, 'denied.jsonl')
  const { size } = await lstat(path).catch(() => ({ size: 0 })) // not there yet
  if (size >= MAX_BYTES) return
  const { topic, payload } = message // of an alert: text
  const line = JSON.stringify({ at: new Date().toISOString(), topic, reason, payload })
  await appendFile(path, `${line}\n`, { mode: 0o600, flag: O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW })
}
