import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const UNITS = resolve(import.meta.dirname, '../../systemd')
/** Tenths, as systemd-analyze takes them; the same bound with and without gpu.conf. */
const THRESHOLD = 15

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framewarden-unit-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function exposure(unit: string) {
  return spawnSync('systemd-analyze', ['security', '--offline=true', `--threshold=${THRESHOLD}`, unit], {
    encoding: 'utf8',
  })
}

const hasOffline = /--offline/.test(spawnSync('systemd-analyze', ['--help'], { encoding: 'utf8' }).stdout ?? '')

describe.skipIf(!hasOffline)('the service, as systemd rates it', () => {
  it('is closed', async () => {
    const unit = join(folder, 'framewarden.service')
    await cp(join(UNITS, 'framewarden.service'), unit)
    const { status, stdout } = exposure(unit)
    expect(status, stdout).toBe(0)
  })

  it('stays so with its GPU drop-in', async () => {
    await cp(UNITS, folder, { recursive: true })
    const { status, stdout } = exposure(join(folder, 'framewarden.service'))
    expect(status, stdout).toBe(0)
    expect(stdout).toContain('char-nvidia')
  })
})
