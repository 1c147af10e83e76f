import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepBundle, keptBundle } from '../../src/bundles/kept-bundle.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { openEngine } from '../../src/guard/open-engine.js'
import { readBundle } from '../../src/inference/bundle.js'
import { MODELS, TINY } from '../inference/pictures.js'

let state: string
let bundle: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'fw-rollback-'))
  bundle = join(state, 'new')
  cpSync(TINY, bundle, { recursive: true })
})
afterEach(() => rmSync(state, { recursive: true }))

/** What the unit judged with before. */
async function before(): Promise<string> {
  const { sha256 } = await readBundle(bundle)
  await keepBundle(state, bundle, sha256)
  return sha256
}

function edit(change: (manifest: { version: string; golden?: object; files: Record<string, object> }) => void): void {
  const path = join(bundle, 'manifest.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  change(manifest)
  writeFileSync(path, JSON.stringify(manifest))
}

async function open(models: Partial<typeof MODELS> = {}) {
  const said: Diagnostic[] = []
  const engine = await openEngine({ ...MODELS, bundle, ...models }, state, (d) => said.push(d))
  await engine.close()
  return { sha256: engine.model.sha256, said: said.map(({ code, text }) => `${code}: ${text}`) }
}

test.each([
  ['fails its golden frames', () => edit(badGolden), /FW_MODEL_GOLDEN: .*golden -100\.0000, within 0\.25/],
  ['is damaged', () => writeFileSync(join(bundle, 'chain.onnx'), 'x'), /FW_MODEL_HASH: /],
  ['is gone', () => rmSync(bundle, { recursive: true }), /FW_MODEL_MISSING: /],
])('a new bundle that %s gives way to the one that judged before, and that is said', async (_, change, why) => {
  const sha256 = await before()
  change()
  const opened = await open()
  expect(opened.sha256).toBe(sha256)
  expect(opened.said).toHaveLength(1)
  expect(opened.said[0]).toMatch(/^FW_MODEL_ROLLED_BACK: tiny 1\.0\.0, which judged here before, judges; /)
  expect(opened.said[0]).toMatch(why)
})

test('without a bundle before, and where that one is not allowed either, the error is that of the new one', async () => {
  edit(badGolden)
  await expect(open()).rejects.toMatchObject({ code: 'FW_MODEL_GOLDEN' })
  cpSync(TINY, bundle, { recursive: true })
  await before()
  await expect(open({ requireSignature: true })).rejects.toMatchObject({ code: 'FW_MODEL_SIGNATURE' })
})

test('a bundle that judges is kept, whole, and the one kept before goes', async () => {
  const first = await before()
  edit((manifest) => {
    manifest.version = '2.0.0'
  })
  const { sha256, said } = await open()
  expect([said, sha256 === first]).toEqual([[], false])
  await expect.poll(() => keptBundle(state)).toBe(join(state, 'bundles', sha256))
  expect((await readBundle((await keptBundle(state))!)).sha256).toBe(sha256)
  await expect.poll(() => readdirSync(join(state, 'bundles')).sort()).toEqual([sha256, 'last'].sort())
})

/** A golden frame of which the network says something else than it should. */
function badGolden(manifest: { golden?: object; files: Record<string, object> }): void {
  manifest.files.frame = JSON.parse(readFileSync('models/camera/manifest.json', 'utf8')).files['golden-clean-a']
  cpSync('models/camera/golden-clean-a.i420.gz', join(bundle, 'golden-clean-a.i420.gz'))
  const frame = { file: 'frame', width: 160, height: 96, screen: -100, chain: 0, level: 0 }
  manifest.golden = { tolerance: { score: 0.25, level: 0.01 }, frames: [frame] }
}
