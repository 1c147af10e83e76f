import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NO_PICTURES } from '../../src/core/alert.js'
import { evidenceDir, writeEvidence } from '../../src/evidence/pictures.js'
import { evidenceQuota } from '../../src/evidence/quota.js'
import { emptyFolder } from '../fixtures/alerts.js'

const before = new Uint8Array((64 * 48 * 3) / 2).fill(128)

async function write(stateDir: string, n: number) {
  return writeEvidence({ dir: evidenceDir(stateDir, 'yard', 0), name: `a${n}`, before, width: 64, height: 48 })
}

async function pictures(stateDir: string): Promise<string[]> {
  return readdir(evidenceDir(stateDir, 'yard', 0))
}

test('the folder stays within the quota while pictures come, the newest stay', async () => {
  const stateDir = await emptyFolder()
  const quota = evidenceQuota(stateDir, { maxBytes: 10_000, maxAgeMs: 86_400_000 }, (error) =>
    expect(error).toBeUndefined(),
  )
  for (let n = 0; n < 60; n++) {
    quota.wrote(await write(stateDir, n))
    await quota.settled()
  }
  const left = await pictures(stateDir)
  expect(left).toContain('a59-before.jpg')
  expect(left).not.toContain('a0-before.jpg')
  expect(left.length).toBeGreaterThan(5)
})

test('the first look takes what an earlier run left', async () => {
  const stateDir = await emptyFolder()
  for (let n = 0; n < 20; n++) await write(stateDir, n)
  const quota = evidenceQuota(stateDir, { maxBytes: 1_000, maxAgeMs: 86_400_000 }, () => {})
  quota.wrote(await write(stateDir, 20))
  await quota.settled()
  expect((await pictures(stateDir)).length).toBeLessThan(5)
})

test('a folder that cannot be read is reported, not thrown', async () => {
  const stateDir = join('/dev/null', 'state')
  const failures: unknown[] = []
  const quota = evidenceQuota(stateDir, { maxBytes: 1_000, maxAgeMs: 1 }, (error) => failures.push(error))
  quota.wrote(NO_PICTURES)
  await quota.settled()
  expect(failures).toMatchObject([{ code: 'FW_EVIDENCE_DISK' }])
})
