import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { readBundle } from '../../src/inference/bundle.js'
import { TINY } from '../inference/pictures.js'

const PROGRAM = resolve(import.meta.dirname, '../../bin/framewarden.js')

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fw-models-'))
  for (const name of ['ours', 'theirs']) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    writeFileSync(join(dir, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(join(dir, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }))
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(dir, 'rsa.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  cpSync(TINY, join(dir, 'tiny'), { recursive: true })
})
afterAll(() => rmSync(dir, { recursive: true }))

function models(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [PROGRAM, 'models', ...argv], { cwd: dir }, (_, out, err) =>
      done({ code: child.exitCode!, out, err }),
    )
  })
}

test('every bundle of this installation is whole, opens, and judges its golden frames as it should', async () => {
  const { code, out } = await models('verify', '--json')
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ bundle, ok }) => [bundle, ok])).toEqual(
    expect.arrayContaining([
      ['camera', true],
      ['cifar10', true],
    ]),
  )
  expect(lines.find(({ bundle }) => bundle === 'camera')).toMatchObject({ golden: 2, signature: null })
  expect(code).toBe(0)
})

test('a bundle that is signed is taken with that key, and with no other; one that was changed since is not', async () => {
  const signed = await models('sign', './tiny', '--key', 'ours.pem')
  expect([signed.code, signed.err]).toEqual([0, ''])
  expect((await models('verify', './tiny', '--key', 'ours.pub')).out).toMatch(
    /^\.\/tiny: tiny 1\.0\.0, .*, signed by [0-9a-f]{16}\n$/,
  )

  const other = await models('verify', './tiny', '--key', 'theirs.pub')
  expect([other.code, other.err]).toEqual([
    1,
    expect.stringMatching(/^FW_MODEL_SIGNATURE: bundle tiny: signed by unknown key/),
  ])

  const path = join(dir, 'tiny/manifest.json')
  const manifest = readFileSync(path, 'utf8')
  writeFileSync(path, manifest.replace('1.0.0', '1.0.1'))
  const changed = await models('verify', './tiny', '--key', 'ours.pub')
  expect([changed.code, changed.err]).toEqual([1, expect.stringMatching(/^FW_MODEL_SIGNATURE: .*does not match/)])
  writeFileSync(path, manifest)
})

test('the public key of a configuration is the one that its bundle must be signed by', async () => {
  await models('sign', './tiny', '--key', 'ours.pem')
  const config = join(dir, 'config.yaml')
  const write = (key: string) =>
    writeFileSync(
      config,
      `unit: gate\nstate_dir: ./state\nmodels: { bundle: ./tiny, require_signature: true, public_key: ${key} }\ncameras: [{ id: a, url: rtsp://127.0.0.1/x }]\n`,
    )
  write('ours.pub')
  const { models: ours } = await loadConfig(config)
  expect((await readBundle(ours.bundle, ours)).signedBy).toMatch(/^[0-9a-f]{16}$/)
  write('theirs.pub')
  const { models: theirs } = await loadConfig(config)
  await expect(readBundle(theirs.bundle, theirs)).rejects.toMatchObject({ code: 'FW_MODEL_SIGNATURE' })
  write('rsa.pem')
  const { models: rsa } = await loadConfig(config)
  await expect(readBundle(rsa.bundle, rsa)).rejects.toMatchObject({ code: 'FW_MODEL_KEY' })
})

test('what is not whole is not signed', async () => {
  cpSync(TINY, join(dir, 'damaged'), { recursive: true })
  writeFileSync(join(dir, 'damaged/chain.onnx'), 'x')
  const before = readFileSync(join(dir, 'damaged/manifest.json'), 'utf8')
  const { code, err } = await models('sign', './damaged', '--key', 'ours.pem')
  expect([code, err]).toEqual([1, expect.stringMatching(/^FW_MODEL_HASH: /)])
  expect(readFileSync(join(dir, 'damaged/manifest.json'), 'utf8')).toBe(before)
})

test.each([
  { argv: ['sign', './tiny', '--key', 'rsa.pem'], code: 1, text: 'FW_MODEL_KEY: rsa.pem: a key for rsa' },
  { argv: ['sign', './tiny'], code: 2, text: 'FW_USAGE: models sign takes one DIR and --key FILE' },
  { argv: ['list'], code: 2, text: "FW_USAGE: models: 'list', takes verify or sign" },
])('refuses $argv', async ({ argv, code, text }) => {
  const ran = await models(...argv)
  expect(ran.err).toContain(text)
  expect(ran.code).toBe(code)
})
