import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stateDirOf } from '../../src/cli/state-dir.js'

test('a camera that is not in the file is answered by the nearest name, or by all of them', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'fw-state-dir-'))
  try {
    const file = join(dir, 'config.yaml')
    const cameras = ['north-door', 'yard'].map((id) => `  - { id: ${id}, url: rtsp://10.0.0.12/${id} }`)
    await writeFile(file, ['unit: gate-7', 'state_dir: ./state', 'cameras:', ...cameras, ''].join('\n'))
    expect(await stateDirOf(file, 'yard')).toBe(join(dir, 'state'))
    await expect(stateDirOf(file, 'yrad')).rejects.toThrow(`no camera 'yrad' in ${file}, did you mean yard?`)
    await expect(stateDirOf(file, 'gate')).rejects.toThrow(`no camera 'gate' in ${file}, which has north-door, yard`)
  } finally {
    await rm(dir, { recursive: true })
  }
})
