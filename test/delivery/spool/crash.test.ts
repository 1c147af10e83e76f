import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openSpool } from '../../../src/delivery/spool/spool.js'
import { emptyFolder, until } from '../../fixtures/alerts.js'

const WEEK = { maxBytes: 2 ** 28, maxAgeMs: 7 * 86_400_000 }
const ROUNDS = 12

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url))
}

test('killed at any moment, no alert that counted is lost and seq has no gap', async () => {
  const folder = await emptyFolder()
  const counted = new Set<number>()
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [fixture('spool-appender.mjs'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let lines = 0
    createInterface(child.stdout).on('line', (line) => {
      expect(line).toMatch(/^\d+$/)
      expect(counted.has(Number(line))).toBe(false)
      counted.add(Number(line))
      lines++
    })
    const closed = once(child, 'close')
    await until(() => lines > 0, 'the first alert')
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
    child.kill('SIGKILL')
    await closed
  }
  const reported: string[] = []
  const spool = await openSpool({
    folder,
    unit: 'gate-7',
    retention: WEEK,
    fetched: true,
    onDiagnostic: (d) => reported.push(d.code),
  })
  const kept = new Set<number>()
  for (let after = 0; ; ) {
    const found = await spool.read(after, 1000)
    if (found.length === 0) break
    for (const { alert } of found) kept.add(alert.seq)
    after = found.at(-1)!.alert.seq
  }
  const { lastSeq, cursor } = spool
  await spool.close()
  expect(reported).toEqual([])
  expect(counted.size).toBeGreaterThan(ROUNDS)
  expect(Math.max(...counted)).toBeLessThanOrEqual(lastSeq)
  // undelivered ones (every third was left so) are all there, in one row without a gap
  for (const seq of counted) if (seq % 3 === 0) expect(kept.has(seq)).toBe(true)
  for (let seq = cursor + 1; seq <= lastSeq; seq++) expect(kept.has(seq)).toBe(true)
})

test('a full disk: coded diagnostics, pictures fail alone, alerts wait and all count once there is room', async () => {
  const stateDir = await emptyFolder()
  // 12 KiB a file: enough for the program, too little for the picture and for 40 alerts
  const child = spawn('sh', [
    '-c',
    'ulimit -S -f 12; exec "$0" "$@"',
    process.execPath,
    fixture('disk-limit.mjs'),
    stateDir,
    '640',
    '360',
  ])
  const said: { seq?: number; evidence?: string; diagnostic?: string; text?: string }[] = []
  createInterface(child.stdout).on('line', (line) => said.push(JSON.parse(line)))
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const exit = once(child, 'exit')
  await until(() => said.some(({ diagnostic }) => diagnostic), `the diagnostic; ${stderr}`, 20_000)
  expect(said[0]).toMatchObject({ evidence: 'FW_EVIDENCE_DISK', text: expect.stringContaining('EFBIG') })
  const refused = said.find(({ diagnostic }) => diagnostic)!
  expect(refused).toMatchObject({
    diagnostic: 'FW_SPOOL_DISK',
    text: expect.stringMatching(/EFBIG; \d+ alert\(s\) wait in memory/),
  })
  expect(said.filter(({ seq }) => seq).length).toBeLessThan(40)
  await once(spawn('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']), 'exit')
  await until(() => said.filter(({ seq }) => seq).length === 40, 'all alerts on disk')
  expect(said.flatMap(({ seq }) => seq ?? [])).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
  child.stdin.end()
  expect((await exit)[0]).toBe(0)
})
