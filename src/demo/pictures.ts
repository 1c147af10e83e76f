/** The pictures of an alert, brought together for a person: before, after, and what was taken away. */
import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { AlertEvidence } from '../core/alert.js'
import { caption } from './caption.js'
import type { OutFolder } from './out-folder.js'

const PARTS = ['before', 'after', 'difference'] as const
/** `difference` is amplified by this, see evidence/pictures.ts. */
const CAPTIONS = { before: 'BEFORE', after: 'AFTER', difference: 'DIFFERENCE x 8' } as const
const GAP = 8
const STRIP = 44
const LETTERS = 18
const GROUND = '#1c1f24'

/** Copies the pictures of `evidence` (paths below `out.stateDir`) into the folder and joins them; the names of what was written. */
export async function collectPictures(evidence: AlertEvidence, out: OutFolder): Promise<string[]> {
  const found = PARTS.filter((part) => evidence[part] !== null)
  for (const part of found) await copyFile(join(out.stateDir, evidence[part]!), out[part])
  if (found.length < PARTS.length) return found.map((part) => out[part])
  // whole or not at all, for who watches the folder
  const beside = `${out.joined}.new`
  await joinPictures([out.before, out.after, out.difference], beside)
  await rename(beside, out.joined)
  return [...PARTS.map((part) => out[part]), out.joined]
}

/** One PNG at `path`: the pictures beside each other, each under its caption. All have the size of the first. */
export async function joinPictures(pictures: readonly [string, string, string], path: string): Promise<void> {
  const { width, height } = await sharp(pictures[0]).metadata()
  const left = (index: number) => index * (width + GAP)
  const strip = PARTS.map((part, i) => caption(CAPTIONS[part], left(i) + 12, (STRIP - LETTERS) / 2, LETTERS)).join('')
  const total = left(PARTS.length) - GAP
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${STRIP}">${strip}</svg>`
  await sharp({ create: { width: total, height: height + STRIP, channels: 3, background: GROUND } })
    .composite([
      { input: Buffer.from(svg), left: 0, top: 0 },
      ...pictures.map((input, i) => ({ input, left: left(i), top: STRIP })),
    ])
    .png()
    .toFile(path)
}
