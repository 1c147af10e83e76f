import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { findFfmpeg } from '../../src/camera/ffmpeg.js'
import { bundled, fixture, temporaryFolder } from './partners.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>

/** A PATH whose ffmpeg answers -version as that of the major version of libavformat does. */
function pathWith(libavformat: number): string {
  const dir = `${folder.path}/${libavformat}`
  mkdirSync(dir, { recursive: true })
  writeFileSync(
    `${dir}/ffmpeg`,
    `#!/bin/sh\necho "ffmpeg version 9.9-test Copyright"\necho "libavformat    ${libavformat}. 27.100 / ${libavformat}. 27.100"\n`,
  )
  chmodSync(`${dir}/ffmpeg`, 0o755)
  return `${dir}:/bin:/usr/bin`
}

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())
afterEach(() => vi.unstubAllEnvs())

test("the system's ffmpeg is taken when it is 5 or newer", async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', '')
  vi.stubEnv('PATH', pathWith(61))
  const found = await findFfmpeg()
  expect(found).toMatchObject({
    origin: 'system',
    libavformat: 61,
    version: '9.9-test',
    path: `${folder.path}/61/ffmpeg`,
  })
})

test("an older one is passed over for the package's, and both are reported", async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', '')
  vi.stubEnv('PATH', pathWith(58))
  const found = await findFfmpeg()
  expect(found).toMatchObject({ origin: 'bundled', libavformat: 58, path: bundled.path })
  expect(found.considered.map((c) => [c.origin, c.usable])).toEqual([
    ['system', false],
    ['bundled', true],
  ])
  expect(found.considered[0]!.text).toContain('older than 5')
})

test('no ffmpeg on PATH: the one of the package, which decodes', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', '')
  vi.stubEnv('PATH', '/nowhere')
  expect(await findFfmpeg()).toMatchObject({ origin: 'bundled', libavformat: 58 })
})

test('FRAMEWARDEN_FFMPEG goes first, the configuration before it', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', bundled.path)
  expect(await findFfmpeg()).toMatchObject({
    origin: 'configured',
    path: bundled.path,
    why: 'named by FRAMEWARDEN_FFMPEG',
  })
  pathWith(60)
  expect(await findFfmpeg({ configured: `${folder.path}/60/ffmpeg` })).toMatchObject({
    libavformat: 60,
    why: 'named by the configuration',
  })
})

test('a program that was named and is no ffmpeg is an error, never passed over', async () => {
  const named = findFfmpeg({ configured: '/nowhere/ffmpeg' })
  await expect(named).rejects.toMatchObject({ code: 'FW_FFMPEG_MISSING', message: expect.stringContaining('ENOENT') })
  const crashes = findFfmpeg({ configured: fixture('ffmpeg-crashes.mjs').path })
  await expect(crashes).rejects.toMatchObject({ message: expect.stringContaining('SIGSEGV') })
  await expect(findFfmpeg({ configured: '/bin/true' })).rejects.toMatchObject({
    message: expect.stringContaining('not as ffmpeg'),
  })
})
