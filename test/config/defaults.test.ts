import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../../src/config/defaults.js'
import { loadConfig } from '../../src/config/load.js'
import { LEAST } from './good.js'

test('commands without a configuration work as a camera of the shortest one is guarded', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fw-defaults-'))
  writeFileSync(join(dir, 'config.yaml'), LEAST)
  const { models, cameras } = await loadConfig(join(dir, 'config.yaml'), {})
  rmSync(dir, { recursive: true })
  const { id, url, ...camera } = cameras[0]!
  expect([id, url]).toEqual(['north-door', 'rtsp://10.0.0.12/stream2'])
  expect(DEFAULT_CAMERA).toEqual(camera)
  expect(DEFAULT_MODELS).toEqual(models)
})
