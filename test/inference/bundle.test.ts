import { generateKeyPairSync, sign } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBundle, graphFile, readBundle } from '../../src/inference/bundle.js'
import { keyId, signedBytes } from '../../src/inference/signature.js'
import { TINY } from './pictures.js'

// biome-ignore lint/suspicious/noExplicitAny: a manifest to be spoilt at will
type Loose = any

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fw-bundle-'))
  cpSync(TINY, dir, { recursive: true })
})
afterEach(() => {
  rmSync(dir, { recursive: true })
  delete process.env.FRAMEWARDEN_MODEL_KEYS
})

const manifest = (): Loose => JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'))
function change(edit: (m: Loose) => void): void {
  const m = manifest()
  edit(m)
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(m))
}

describe('a bundle', () => {
  it('is read once, files and hash together', async () => {
    const bundle = await readBundle(dir)
    expect(bundle.manifest.name).toBe('tiny')
    expect([...bundle.files.keys()]).toEqual(['screen', 'chain'])
    expect(bundle.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('cut short is refused by its size', async () => {
    truncateSync(join(dir, 'chain.onnx'), 1024)
    await expect(readBundle(dir)).rejects.toMatchObject({
      code: 'FW_MODEL_HASH',
      message: expect.stringContaining('1024 bytes'),
    })
  })

  it('with one flipped bit is refused by its hash, which ONNX Runtime would load', async () => {
    const path = join(dir, 'screen.onnx')
    const bytes = readFileSync(path)
    bytes[bytes.length - 60]! ^= 1
    writeFileSync(path, bytes)
    await expect(readBundle(dir)).rejects.toMatchObject({ code: 'FW_MODEL_HASH' })
  })

  it('without one of its files is missing', async () => {
    rmSync(join(dir, 'chain.onnx'))
    await expect(readBundle(dir)).rejects.toMatchObject({
      code: 'FW_MODEL_MISSING',
      message: expect.stringContaining('chain.onnx: ENOENT'),
    })
  })

  it('is found by path where there is a slash, else by name in this installation', () => {
    expect(findBundle(dir)).toBe(dir)
    expect(findBundle('./mine')).toBe(join(process.cwd(), 'mine'))
    expect(findBundle('camera')).toMatch(/\/models\/camera$/)
  })

  it.each([
    {
      what: 'a path out of the folder',
      edit: (m: Loose) => (m.files.screen.path = '../screen.onnx'),
      key: 'files.screen.path',
    },
    { what: 'an absolute path', edit: (m: Loose) => (m.files.screen.path = '/etc/passwd'), key: 'files.screen.path' },
    { what: 'another schema', edit: (m: Loose) => (m.schema = 'framewarden/bundle/2'), key: 'schema' },
    { what: 'a threshold in words', edit: (m: Loose) => (m.thresholds.flagged = 'high'), key: 'thresholds.flagged' },
    { what: 'no thresholds', edit: (m: Loose) => delete m.thresholds, key: 'thresholds' },
    { what: 'another pixel format', edit: (m: Loose) => (m.pixel_format = 'nv12'), key: 'pixel_format' },
    { what: 'a graph without its file', edit: (m: Loose) => (m.graphs.chain.file = 'other'), key: 'graphs.chain' },
    {
      what: 'quantiles that fall',
      edit: (m: Loose) => m.calibration.full.quantiles.reverse(),
      key: 'calibration.full.quantiles',
    },
  ])('whose manifest has $what is refused by the key', async ({ edit, key }) => {
    change(edit)
    await expect(readBundle(dir)).rejects.toMatchObject({
      code: 'FW_MODEL_MANIFEST',
      message: expect.stringContaining(`manifest.json: ${key}`),
    })
  })

  it('whose manifest is no JSON is refused', async () => {
    writeFileSync(join(dir, 'manifest.json'), '{"schema":')
    await expect(readBundle(dir)).rejects.toMatchObject({ code: 'FW_MODEL_MANIFEST' })
  })

  it('gives a GPU its FP16 graph and a CPU the one it was made for', async () => {
    change((m) => {
      m.graphs.screen.variants = { fp16: 'chain' }
    })
    const bundle = await readBundle(dir)
    const { screen } = (bundle.manifest as Loose).graphs
    expect(graphFile(bundle, screen, 'auto', 'cpu').key).toBe('screen')
    expect(graphFile(bundle, screen, 'auto', 'cuda').key).toBe('chain')
    expect(() => graphFile(bundle, screen, 'int8', 'cpu')).toThrow("'screen' at precision int8, has fp16")
  })

  it('without an FP16 graph is computed in FP16 by TensorRT alone, which makes its own', async () => {
    const bundle = await readBundle(dir)
    const { chain } = (bundle.manifest as Loose).graphs
    expect(graphFile(bundle, chain, 'fp16', 'tensorrt').key).toBe('chain')
    for (const [precision, provider] of [
      ['fp16', 'cuda'],
      ['int8', 'tensorrt'],
    ] as const)
      expect(() => graphFile(bundle, chain, precision, provider)).toThrow(`'chain' at precision ${precision}, has none`)
  })
})

describe('a signed bundle', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')

  beforeEach(() => {
    const keys = join(dir, 'keys')
    mkdirSync(keys)
    writeFileSync(join(keys, 'ours.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
    process.env.FRAMEWARDEN_MODEL_KEYS = keys
    change((m) => {
      const value = sign(null, signedBytes(m), privateKey).toString('base64')
      m.signature = { algorithm: 'ed25519', key: keyId(publicKey), value }
    })
  })

  it('by a trusted key is taken where a signature is required', async () => {
    expect((await readBundle(dir, { requireSignature: true })).manifest.name).toBe('tiny')
  })

  it('is taken with its keys in another order', async () => {
    writeFileSync(
      join(dir, 'manifest.json'),
      JSON.stringify(Object.fromEntries(Object.entries(manifest()).reverse()), null, 4),
    )
    expect((await readBundle(dir, { requireSignature: true })).manifest.name).toBe('tiny')
  })

  it('changed after signing is refused even where none is required', async () => {
    change((m) => (m.thresholds.flagged = 99))
    await expect(readBundle(dir)).rejects.toMatchObject({ code: 'FW_MODEL_SIGNATURE' })
  })

  it('by a key that nobody trusts is refused where one is required, and only there', async () => {
    rmSync(join(dir, 'keys', 'ours.pem'))
    await expect(readBundle(dir, { requireSignature: true })).rejects.toMatchObject({ code: 'FW_MODEL_SIGNATURE' })
    expect((await readBundle(dir)).manifest.name).toBe('tiny')
  })
})
