/** Shards of an archive as processes: killed anywhere, started again, and put together. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScanLine } from '../../src/scan/lines.js'
import type { TotalLine } from '../../src/scan/merge.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { TINY } from '../inference/pictures.js'

const PROGRAM = resolve(import.meta.dirname, '../../bin/framewarden.js')
const SHARDS = 3
/** Two folders, one inside the other; every fourth clip is attacked. */
const CLIPS = Array.from({ length: 12 }, (_, i) => `archive/${i % 2 ? 'day-2/' : ''}${i}.mp4`)
const ATTACKED = CLIPS.filter((_, i) => i % 4 === 0)

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fw-archive-'))
  mkdirSync(join(dir, 'archive/day-2'), { recursive: true })
  await drawTinyClip(join(dir, 'clean.mp4'), amplitudes(2, 0, 10), { rate: 10 })
  await drawTinyClip(join(dir, 'attacked.mp4'), [...amplitudes(2, 0, 10), ...amplitudes(3, 24, 10)], { rate: 10 })
  for (const clip of CLIPS)
    copyFileSync(join(dir, ATTACKED.includes(clip) ? 'attacked.mp4' : 'clean.mp4'), join(dir, clip))
})
afterAll(() => rmSync(dir, { recursive: true }))

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function framewarden(...argv: string[]): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [PROGRAM, ...argv], { cwd: dir }, (_, out, err) =>
      done({ code: child.exitCode!, out, err }),
    )
  })
}

function shardArgs(shard: string, out: string): string[] {
  return ['scan', 'archive', '--recursive', '--shard', shard, '--out', out, '--model', TINY, '--width', '64']
}

function runShard(shard: string, out: string): Promise<Ran> {
  return framewarden(...shardArgs(shard, out))
}

async function merge(
  ...argv: string[]
): Promise<Ran & { readonly lines: (ScanLine | TotalLine)[]; readonly total: TotalLine }> {
  const ran = await framewarden('scan', 'merge', '--json', ...argv)
  const lines = ran.out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ScanLine | TotalLine)
  return { ...ran, lines, total: lines.at(-1) as TotalLine }
}

/** SIGKILL to the whole group once `out` has so many results, wherever the run is then. */
async function killAfter(child: ChildProcess, out: string, results: number): Promise<void> {
  const folder = join(dir, out)
  mkdirSync(folder, { recursive: true })
  const over = once(child, 'close')
  const watcher = watch(folder, () => {
    if (resultsOf(out).length >= results && child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
  })
  await over
  watcher.close()
}

function resultsOf(out: string): string[] {
  return readdirSync(join(dir, out)).filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
}

test('shards under xargs -P that are killed and started again come to every source once', async () => {
  const argv = shardArgs('%/3', 'results').map((word) => `'${word}'`)
  const command = `seq 0 ${SHARDS - 1} | xargs -P ${SHARDS} -I% '${process.execPath}' '${PROGRAM}' ${argv.join(' ')}`
  for (const results of [2, 6]) {
    const child = spawn('sh', ['-c', command], { cwd: dir, detached: true, stdio: 'ignore' })
    await killAfter(child, 'results', results)
    expect(child.signalCode).toBe('SIGKILL')
  }
  const early = await merge('results')
  expect(early.code).toBe(1)
  expect(early.err).toMatch(/^FW_SCAN_INCOMPLETE: not through: .*\/3/m)

  const kept = new Map(resultsOf('results').map((name) => [name, statSync(join(dir, 'results', name)).mtimeMs]))
  expect(kept.size).toBeGreaterThanOrEqual(6)
  const last = spawn('sh', ['-c', command], { cwd: dir, stdio: 'ignore' })
  // xargs: 123 as a shard has found something (3)
  expect((await once(last, 'close'))[0]).toBe(123)

  const { code, lines, total } = await merge('results')
  expect(lines.flatMap((line) => (line.type === 'summary' ? [line.source] : []))).toEqual([...CLIPS].sort())
  const raised = lines.flatMap((line) => (line.type === 'incident' && line.phase === 'raised' ? [line.source] : []))
  expect(raised).toEqual([...ATTACKED].sort())
  expect(total).toMatchObject({ sources: 12, failed: 0, incidents: 3, unscored: 0, shards: { of: 3, missing: [] } })
  expect(code).toBe(3)
  // what was there before the last run was not made again, and what the killed ones began is gone
  for (const [name, mtimeMs] of kept) expect(statSync(join(dir, 'results', name)).mtimeMs).toBe(mtimeMs)
  expect(readdirSync(join(dir, 'results')).filter((name) => name.startsWith('.'))).toEqual([])
}, 120_000)

test('a shard that is run again judges only what is new or has changed, and ends as the whole shard does', async () => {
  const first = await runShard('1/1', 'again')
  expect([first.code, first.err]).toEqual([3, ''])
  const second = await runShard('1/1', 'again')
  expect([second.code, second.out, second.err]).toEqual([3, '', '12 of 12 sources have their result already\n'])

  copyFileSync(join(dir, 'attacked.mp4'), join(dir, 'archive/new.mp4'))
  appendFileSync(join(dir, 'archive/2.mp4'), 'grown')
  try {
    const third = await runShard('1/1', 'again')
    expect(third.err).toBe('11 of 13 sources have their result already\n')
    expect((await merge('again')).total).toMatchObject({ sources: 13, incidents: 4 })
  } finally {
    rmSync(join(dir, 'archive/new.mp4'))
    copyFileSync(join(dir, 'clean.mp4'), join(dir, 'archive/2.mp4'))
  }
}, 120_000)

test('a source that cannot be read fails its shard, is tried again, and shows in the merge and on the page', async () => {
  const bad = join(dir, 'archive/bad <clip>.mp4')
  writeFileSync(bad, 'no clip')
  try {
    const { code } = await runShard('0/1', 'failed')
    expect(code).toBe(1)
    const page = join(dir, 'pages/report.html')
    mkdirSync(dirname(page))
    const { code: merged, total } = await merge('failed', '--html', page)
    expect([merged, total.failed, total.sources]).toEqual([1, 1, 13])
    const html = readFileSync(page, 'utf8')
    expect(html).toContain('archive/bad &#60;clip&#62;.mp4')
    expect(html).toContain('FW_CAMERA_DATA')
    expect(html.match(/<svg/g)).toHaveLength(12)
    const pictures = [...html.matchAll(/<img [^>]*src="([^"]+)"/g)].map(([, path]) => decodeURIComponent(path!))
    expect(pictures.length).toBeGreaterThanOrEqual(9)
    expect(pictures.filter((path) => !existsSync(join(dirname(page), path)))).toEqual([])

    copyFileSync(join(dir, 'clean.mp4'), bad)
    expect((await runShard('0/1', 'failed')).err).toBe('12 of 13 sources have their result already\n')
    expect((await merge('failed')).total).toMatchObject({ sources: 13, failed: 0 })
  } finally {
    rmSync(bad)
  }
}, 120_000)

test('a shard that is told to stop keeps what is whole, says that it failed, and is not through', async () => {
  const child = spawn(process.execPath, [PROGRAM, ...shardArgs('0/1', 'stopped')], { cwd: dir, stdio: 'ignore' })
  mkdirSync(join(dir, 'stopped'))
  const watcher = watch(join(dir, 'stopped'), () => {
    if (resultsOf('stopped').length >= 1) child.kill('SIGTERM')
  })
  const [code] = await once(child, 'close')
  watcher.close()
  expect(code).toBe(1)
  const { total } = await merge('stopped')
  expect(total.sources).toBeLessThan(12)
  expect(total.shards).toEqual({ of: 1, missing: [0] })
  expect(readdirSync(join(dir, 'stopped')).filter((name) => name.startsWith('.'))).toEqual([])
}, 60_000)

test.each([
  { argv: ['clean.mp4', '--shard', '9/8'], text: "--shard '9/8', takes I/N" },
  { argv: ['rtsp://127.0.0.1:9/x', '--shard', '0/1'], text: '--shard takes files and folders, no stream' },
  { argv: ['merge'], text: 'scan merge: no DIR' },
])('refuses $argv', async ({ argv, text }) => {
  const { code, err } = await framewarden('scan', ...argv)
  expect(err).toContain(`FW_USAGE: `)
  expect(err).toContain(text)
  expect(code).toBe(2)
})

test('a folder without results is no merge', async () => {
  const { code, err } = await framewarden('scan', 'merge', 'archive')
  expect(err).toMatch(/^FW_SOURCE: archive: no results of a scan with --shard\. /)
  expect(code).toBe(1)
})
