import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startEngine } from '../../src/inference/engine.js'
import { BUNDLES, MODELS, TINY } from './pictures.js'

let dir: string
afterEach(() => rmSync(dir, { recursive: true }))

/** The tiny bundle with another network for its screen, hash and size of the manifest mended. */
function withScreen(bytes: Uint8Array): string {
  dir = mkdtempSync(join(tmpdir(), 'fw-shape-'))
  cpSync(TINY, dir, { recursive: true })
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  manifest.files.screen = { path: 'screen.onnx', sha256, bytes: bytes.byteLength }
  writeFileSync(join(dir, 'screen.onnx'), bytes)
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
  return dir
}

describe('a network that does not do what its manifest says', () => {
  it.each([
    { graph: 'screen-takes-floats', text: "input 'frame' is float32 [1, H*3/2, W], manifest uint8" },
    { graph: 'screen-of-one-size', text: "input 'frame' is uint8 [1, 96, 64], manifest uint8 [1, H*3/2, W]" },
    { graph: 'screen-without-map', text: "output 'map' is missing, the network has 'score'" },
  ])('$graph is refused', async ({ graph, text }) => {
    const bundle = withScreen(readFileSync(`${BUNDLES}/graphs/${graph}.onnx`))
    await expect(startEngine({ ...MODELS, bundle })).rejects.toMatchObject({
      code: 'FW_MODEL_SHAPE',
      message: expect.stringContaining(text),
    })
  })

  it('or is no network at all is refused by ONNX Runtime', async () => {
    const bundle = withScreen(Buffer.from('<html>404 Not Found</html>'))
    await expect(startEngine({ ...MODELS, bundle })).rejects.toMatchObject({ code: 'FW_MODEL_LOAD' })
  })
})
