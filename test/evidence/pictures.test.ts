import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { amplifiedDifference, evidenceDir, writeEvidence } from '../../src/evidence/pictures.js'
import { emptyFolder } from '../fixtures/alerts.js'

const [width, height] = [64, 48]

/** A grey ramp; `shift` in luma levels. */
function ramp(shift = 0): Uint8Array {
  const pixels = new Uint8Array((width * height * 3) / 2).fill(128)
  for (let i = 0; i < width * height; i++) pixels[i] = 40 + 2 * (i % width) + shift
  return pixels
}

test('before, after and difference lie where the alert says, one folder a camera and day', async () => {
  const stateDir = await emptyFolder()
  const dir = evidenceDir(stateDir, 'north-door', Date.UTC(2026, 10, 22, 23, 59))
  const before = ramp(4)
  const evidence = await writeEvidence({ dir, name: 'a1', before, after: ramp(), width, height })
  expect(evidence).toEqual({
    frame_sha256: createHash('sha256').update(before).digest('hex'),
    before: 'evidence/north-door/2026-11-22/a1-before.jpg',
    after: 'evidence/north-door/2026-11-22/a1-after.jpg',
    difference: 'evidence/north-door/2026-11-22/a1-difference.jpg',
    strip: null,
  })
  expect((await readdir(dir)).sort()).toEqual(['a1-after.jpg', 'a1-before.jpg', 'a1-difference.jpg'])
  for (const path of [evidence.before!, evidence.after!, evidence.difference!]) {
    expect(await sharp(join(stateDir, path)).metadata()).toMatchObject({ format: 'jpeg', width, height, channels: 3 })
  }
  expect((await stat(join(stateDir, evidence.before!))).mode & 0o077).toBe(0)
})

test('the difference is grey where nothing changed and shows 8 times what was taken away', async () => {
  expect([...amplifiedDifference(Uint8Array.from([10, 10, 10, 200]), Uint8Array.from([10, 6, 14, 0]))]).toEqual([
    128, 160, 96, 255,
  ])
  const stateDir = await emptyFolder()
  const dir = evidenceDir(stateDir, 'yard', 0)
  const { difference } = await writeEvidence({ dir, name: 'a1', before: ramp(4), after: ramp(), width, height })
  const { channels } = await sharp(join(stateDir, difference!)).stats()
  expect(channels[0]!.mean).toBeGreaterThan(128 + 8 * 4)
  expect(channels[0]!.mean).toBeLessThan(128 + 8 * 6)
})

test('without a purified frame there is one picture', async () => {
  const stateDir = await emptyFolder()
  const dir = evidenceDir(stateDir, 'yard', 0)
  const evidence = await writeEvidence({ dir, name: 'a1', before: ramp(), width, height })
  expect(evidence).toMatchObject({ after: null, difference: null })
  expect(await readdir(dir)).toEqual(['a1-before.jpg'])
})

test('a folder that cannot be made is FW_EVIDENCE_DISK with the reason', async () => {
  const stateDir = await emptyFolder()
  await appendFile(join(stateDir, 'evidence'), '')
  const dir = evidenceDir(stateDir, 'yard', 0)
  await expect(writeEvidence({ dir, name: 'a1', before: ramp(), width, height })).rejects.toMatchObject({
    code: 'FW_EVIDENCE_DISK',
    message: expect.stringContaining('ENOTDIR'),
  })
})

test('a picture that cannot take its name leaves nothing behind', async () => {
  const stateDir = await emptyFolder()
  const dir = evidenceDir(stateDir, 'yard', 0)
  await mkdir(join(dir, 'a1-before.jpg'), { recursive: true })
  await expect(writeEvidence({ dir, name: 'a1', before: ramp(), width, height })).rejects.toMatchObject({
    code: 'FW_EVIDENCE_DISK',
  })
  expect(await readdir(dir)).toEqual(['a1-before.jpg'])
})
