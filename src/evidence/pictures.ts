/** Pictures of an alert for people: before, after, and what was taken away, made visible. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import sharp from 'sharp'
import type { AlertEvidence } from '../core/alert.js'
import { FwError } from '../core/errors.js'
import { i420ToRgb } from '../core/i420.js'
import type { Box } from '../core/verdict.js'
import { stripJpeg } from './strip.js'

const JPEG_QUALITY = 85
/** An L-inf of 16/255 then fills the range around grey. */
const AMPLIFY = 8
const GREY = 128

// One picture at a time beside inference; nothing is encoded twice.
sharp.concurrency(1)
sharp.cache(false)

export interface EvidenceRequest {
  /** Absolute; `evidenceDir` says where. Made where needed. */
  readonly dir: string
  /** Of the files, without ending; [A-Za-z0-9._-]. */
  readonly name: string
  /** Above the strip; without it none is made. */
  readonly title?: string
  /** Drawn into the strip; fractions of the frame. */
  readonly box?: Box
  /** I420 as judged, `width * height * 3 / 2` bytes. */
  readonly before: Uint8Array
  /** I420 as purified. */
  readonly after?: Uint8Array
  readonly width: number
  readonly height: number
}

/** `<stateDir>/evidence/<camera>/<yyyy-mm-dd>`, the day in UTC. */
export function evidenceDir(stateDir: string, cameraId: string, atMs: number): string {
  return join(stateDir, 'evidence', cameraId, new Date(atMs).toISOString().slice(0, 10))
}

/**
 * Writes `<name>-before.jpg`, and with `after` also `<name>-after.jpg` and `<name>-difference.jpg` (before - after, 8
 * times, around grey), and with `title` also `<name>-strip.jpg` with all of them,
 * labelled. A file is there whole or not at all. Paths are relative to state_dir (three levels above `dir`).
 * Throws FW_EVIDENCE_DISK when the disk refuses (full, no right, not a folder).
 */
export async function writeEvidence(request: EvidenceRequest): Promise<AlertEvidence> {
  const { dir, name, width, height } = request
  const stateDir = resolve(dir, '../../..')
  const before = i420ToRgb(request.before, width, height)
  const after = request.after && i420ToRgb(request.after, width, height)
  const difference = after && amplifiedDifference(before, after)
  const save = async (part: string, jpeg: Promise<Buffer>) => {
    const path = join(dir, `${name}-${part}.jpg`)
    await writePicture(path, await jpeg)
    return relative(stateDir, path)
  }
  const jpeg = (rgb: Uint8Array) => pictureJpeg(rgb, width, height)
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    return {
      frame_sha256: createHash('sha256').update(request.before).digest('hex'),
      before: await save('before', jpeg(before)),
      after: after ? await save('after', jpeg(after)) : null,
      difference: difference ? await save('difference', jpeg(difference)) : null,
      strip: request.title === undefined ? null : await save('strip', stripOf(request, before, after, difference)),
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new FwError('FW_EVIDENCE_DISK', `${dir}: ${code}`, { cause: error })
  }
}

/** `8 * (before - after)` around grey, cut to 0..255. Same length in and out. */
export function amplifiedDifference(before: Uint8Array, after: Uint8Array): Uint8Array {
  const shown = new Uint8ClampedArray(before.length)
  for (let i = 0; i < before.length; i++) shown[i] = GREY + AMPLIFY * (before[i]! - after[i]!)
  return new Uint8Array(shown.buffer)
}

/** Encoded in memory, so that what fails on disk is an error with the disk's code. */
export function pictureJpeg(rgb: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer()
}

/** Whole or not at all. Throws what the file system throws. */
export async function writePicture(path: string, jpeg: Buffer): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString('hex')}.new`
  try {
    await writeFile(beside, jpeg, { mode: 0o600, flag: 'wx' })
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}) // the first error is the one to tell
    throw error
  }
}

function stripOf(
  { title = '', box, width, height }: EvidenceRequest,
  before: Uint8Array,
  after: Uint8Array | undefined,
  difference: Uint8Array | undefined,
): Promise<Buffer> {
  const panes = [
    { label: 'before', rgb: before, box },
    ...(after ? [{ label: 'after', rgb: after, box }] : []),
    ...(difference ? [{ label: `difference x ${AMPLIFY}`, rgb: difference, box }] : []),
  ]
  return stripJpeg({ title, panes, width, height })
}
