import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Diagnostic } from '../../../src/core/diagnostic.js'
import type { Retention } from '../../../src/core/settings.js'
import { alertSchema } from '../../../src/delivery/alert-schema.js'
import { decodeSegment } from '../../../src/delivery/spool/record.js'
import { openSpool, type Spool } from '../../../src/delivery/spool/spool.js'
import { alertBody, emptyFolder } from '../../fixtures/alerts.js'

const WEEK: Retention = { maxBytes: 256 * 2 ** 20, maxAgeMs: 7 * 86_400_000 }

async function openIn(
  folder: string,
  retention = WEEK,
  fetched = true,
): Promise<{ spool: Spool; reported: Diagnostic[] }> {
  const reported: Diagnostic[] = []
  const spool = await openSpool({ folder, unit: 'gate-7', retention, fetched, onDiagnostic: (d) => reported.push(d) })
  onTestFinished(() => spool.close())
  return { spool, reported }
}

async function fill(spool: Spool, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await spool.append(alertBody())
}

async function seqs(spool: Spool): Promise<number[]> {
  const all: number[] = []
  for (let after = 0; ; after = all.at(-1)!) {
    const found = await spool.read(after, 100)
    if (found.length === 0) return all
    all.push(...found.map(({ alert }) => alert.seq))
  }
}

async function onlySegment(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
  expect(names.length).toBe(1)
  return join(folder, names[0]!)
}

test('seq counts from 1 without a gap, over restarts and for alerts that come at once', async () => {
  const folder = await emptyFolder()
  const { spool } = await openIn(folder)
  const alerts = await Promise.all(Array.from({ length: 250 }, () => spool.append(alertBody())))
  expect(alerts.map(({ seq }) => seq)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(250)
  await spool.close()
  const again = await openIn(folder)
  expect((await again.spool.append(alertBody())).seq).toBe(251)
  expect(await seqs(again.spool)).toEqual(Array.from({ length: 251 }, (_, i) => i + 1))
  expect(again.reported).toEqual([])
})

test('an append made in the very turn in which another one resolves is not forgotten', async () => {
  const { spool } = await openIn(await emptyFolder())
  let alert = await spool.append(alertBody())
  for (let i = 0; i < 50; i++) alert = await spool.append(alertBody()).then(() => spool.append(alertBody()))
  expect(alert.seq).toBe(101)
})

test('what is delivered stays so after a restart, and only that', async () => {
  const folder = await emptyFolder()
  const { spool } = await openIn(folder)
  await fill(spool, 6)
  for (const seq of [1, 2, 4]) spool.delivered(seq)
  expect([spool.cursor, spool.pending]).toEqual([2, 3])
  expect(await seqs(spool)).toEqual([3, 5, 6])
  await spool.close()
  const again = await openIn(folder)
  expect(await seqs(again.spool)).toEqual([3, 4, 5, 6])
})

test('seq goes on when all alerts are delivered and their segments gone', async () => {
  const folder = await emptyFolder()
  const small = { maxBytes: 4096, maxAgeMs: WEEK.maxAgeMs }
  const { spool, reported } = await openIn(folder, small)
  for (let i = 0; i < 40; i++) spool.delivered((await spool.append(alertBody())).seq)
  expect(reported).toEqual([])
  await spool.close()
  const again = await openIn(folder, small)
  expect((await again.spool.append(alertBody())).seq).toBe(41)
})

test('a torn last record is cut off and its seq given to the next alert', async () => {
  const folder = await emptyFolder()
  const { spool } = await openIn(folder)
  await fill(spool, 3)
  await spool.close()
  const path = await onlySegment(folder)
  await truncate(path, (await readFile(path)).length - 10)
  const again = await openIn(folder)
  expect(again.reported).toEqual([])
  expect((await again.spool.append(alertBody())).seq).toBe(3)
  expect(await seqs(again.spool)).toEqual([1, 2, 3])
})

test('a damaged record is set aside with FW_SPOOL_CORRUPT; the others are kept and no seq is given twice', async () => {
  const folder = await emptyFolder()
  const { spool } = await openIn(folder)
  await fill(spool, 3)
  await spool.close()
  const path = await onlySegment(folder)
  const text = await readFile(path, 'utf8')
  const lines = text.split('\n')
  await writeFile(
    path,
    [lines[0], lines[1]!.replace('pattern', 'pattERN'), lines[2]!.replace('7.5', '8.5'), ''].join('\n'),
  )
  const again = await openIn(folder)
  expect(again.reported.map(({ code }) => code)).toEqual(['FW_SPOOL_CORRUPT'])
  expect((await readdir(join(folder, 'damaged'))).length).toBe(2)
  expect((await again.spool.append(alertBody())).seq).toBe(4)
  expect(await seqs(again.spool)).toEqual([1, 4])
  again.spool.delivered(1)
  again.spool.delivered(4)
  expect([again.spool.cursor, again.spool.pending]).toEqual([4, 0])
})

test('damage in an older segment is met when it is read, and does not hold up what follows', async () => {
  const folder = await emptyFolder()
  const small = { maxBytes: 64 * 1024, maxAgeMs: WEEK.maxAgeMs }
  const { spool } = await openIn(folder, small)
  await fill(spool, 40)
  await spool.close()
  const first = join(folder, (await readdir(folder)).filter((name) => name.endsWith('.log')).sort()[0]!)
  const bytes = await readFile(first)
  bytes[100] = bytes[100]! ^ 1
  await writeFile(first, bytes)
  const again = await openIn(folder, small)
  expect(again.reported).toEqual([])
  expect(await seqs(again.spool)).toEqual(Array.from({ length: 39 }, (_, i) => i + 2))
  expect(again.reported.map(({ code }) => code)).toEqual(['FW_SPOOL_CORRUPT'])
  expect(again.spool.cursor).toBe(1)
})

test.each(['{"deliv', 'null', '{"delivered":999}', '{"delivered":4}'])(
  'a cursor that says %s is damage: reported, and what is kept is sent again',
  async (text) => {
    const folder = await emptyFolder()
    const { spool } = await openIn(folder)
    await fill(spool, 3)
    spool.delivered(1)
    await spool.close()
    await writeFile(join(folder, 'cursor.json'), text)
    const again = await openIn(folder)
    expect(again.reported.map(({ code }) => code)).toEqual(['FW_SPOOL_CORRUPT'])
    expect(await seqs(again.spool)).toEqual([1, 2, 3])
    expect((await again.spool.append(alertBody())).seq).toBe(4)
    await again.spool.close()
    expect((await openIn(folder)).reported).toEqual([])
  },
)

test('segments removed while the daemon was down: reported, and seq goes on', async () => {
  const folder = await emptyFolder()
  const { spool } = await openIn(folder)
  await fill(spool, 3)
  for (const seq of [1, 2, 3]) spool.delivered(seq)
  await spool.close()
  await rm(await onlySegment(folder))
  const again = await openIn(folder)
  expect(again.reported.map(({ code }) => code)).toEqual(['FW_SPOOL_CORRUPT'])
  expect((await again.spool.append(alertBody())).seq).toBe(4)
  expect(await seqs(again.spool)).toEqual([4])
})

test('an older segment that somebody removed is reported once and does not hold up what follows', async () => {
  const folder = await emptyFolder()
  const { spool, reported } = await openIn(folder, { maxBytes: 64 * 1024, maxAgeMs: WEEK.maxAgeMs })
  await fill(spool, 40)
  const [first, second] = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort()
  const firstOfSecond = Number(second!.slice(0, 16))
  await rm(join(folder, first!))
  expect(await seqs(spool)).toEqual(Array.from({ length: 41 - firstOfSecond }, (_, i) => i + firstOfSecond))
  expect(reported.map(({ code }) => code)).toEqual(['FW_SPOOL_CORRUPT'])
  expect(reported[0]!.text).toContain(`is gone, with alerts 1 to ${firstOfSecond - 1}`)
  expect(spool.cursor).toBe(firstOfSecond - 1)
})

test('delivered segments stay within the limit by bytes; undelivered ones go oldest first, counted, and seq goes on', async () => {
  const folder = await emptyFolder()
  const { spool, reported } = await openIn(folder, { maxBytes: 16 * 1024, maxAgeMs: WEEK.maxAgeMs })
  await fill(spool, 60)
  const kept = await seqs(spool)
  expect(kept.at(-1)).toBe(60)
  expect(kept.length).toBeGreaterThan(10)
  expect(kept[0]).toBe(60 - kept.length + 1)
  expect(reported.every(({ code }) => code === 'FW_SPOOL_FULL')).toBe(true)
  const dropped = reported.reduce((sum, { text }) => sum + Number(/^\d+/.exec(text)![0]), 0)
  expect(dropped).toBe(60 - kept.length)
  expect(spool.pending).toBe(kept.length)
})

test('delivered alerts go by age, undelivered ones do not', async () => {
  const folder = await emptyFolder()
  const instant = { maxBytes: 64 * 1024, maxAgeMs: 40 }
  const { spool, reported } = await openIn(folder, instant)
  await fill(spool, 5)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await fill(spool, 5)
  expect(await seqs(spool)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  for (let seq = 1; seq <= 10; seq++) spool.delivered(seq)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await fill(spool, 1)
  expect((await readdir(folder)).filter((name) => name.endsWith('.log')).length).toBe(1)
  expect(await seqs(spool)).toEqual([11])
  expect(reported).toEqual([])
})

const BOOT = Date.UTC(1970, 0, 1, 0, 0, 20)
const NOW = Date.UTC(2026, 10, 24)
const FUTURE = Date.UTC(2044, 0, 1)

test.each([
  ['wakes in 1970 and is set later', [BOOT, NOW]],
  ['is set back by years', [FUTURE, NOW]],
  ['runs ahead by years and is set right', [NOW, FUTURE, NOW]],
])('a clock that %s takes no alert away, with a broker or without, over a restart too', async (_, times) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  for (const fetched of [true, false]) {
    const folder = await emptyFolder()
    const small = { maxBytes: 128 * 1024, maxAgeMs: 86_400_000 }
    for (const [i, time] of times.entries()) {
      vi.setSystemTime(time)
      const { spool, reported } = await openIn(folder, small, fetched)
      await fill(spool, 15)
      for (const later of times.slice(i)) {
        vi.setSystemTime(later)
        await fill(spool, 1)
      }
      for (let seq = 1; seq <= spool.lastSeq; seq++) if (fetched) spool.delivered(seq)
      await fill(spool, 15)
      expect(reported).toEqual([])
      await spool.close()
    }
    const bytes = await Promise.all(
      (await readdir(folder)).filter((name) => name.endsWith('.log')).map((name) => readFile(join(folder, name))),
    )
    const kept = bytes.flatMap((segment) => decodeSegment(segment).records.map(({ alert }) => alert.seq))
    expect(kept.sort((a, b) => a - b)).toEqual(kept.map((_, i) => i + 1))
    expect(kept.length).toBeGreaterThan(60)
  }
})

test('an alert says whether its times can be true; seq keeps the order over a clock that is set', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const body = (ms: number, sinceMs = ms) =>
    alertBody({ captured_at: new Date(ms).toISOString(), since: new Date(sinceMs).toISOString() })
  vi.setSystemTime(BOOT)
  const { spool } = await openIn(await emptyFolder())
  const raised = await spool.append(body(BOOT))
  vi.setSystemTime(NOW)
  const updated = await spool.append(body(BOOT)) // captured before, kept after
  const cleared = await spool.append(body(NOW, BOOT))
  const next = await spool.append(body(NOW))
  expect([raised, updated, cleared, next].map(({ clock, seq }) => [clock, seq])).toEqual([
    ['unset', 1],
    ['unset', 2],
    ['unset', 3],
    ['set', 4],
  ])
  expect(alertSchema.parse(raised)).toEqual(raised)
  expect(await seqs(spool)).toEqual([1, 2, 3, 4])
})

test('without a broker alerts age out and nobody is alarmed', async () => {
  const { spool, reported } = await openIn(await emptyFolder(), { maxBytes: 8 * 1024, maxAgeMs: WEEK.maxAgeMs }, false)
  await fill(spool, 60)
  expect(spool.pending).toBeLessThan(20)
  expect(reported).toEqual([])
})

test('a spool folder that is a file is FW_SPOOL_DISK', async () => {
  const folder = join(await emptyFolder(), 'spool')
  await appendFile(folder, '')
  await expect(openIn(folder)).rejects.toMatchObject({ code: 'FW_SPOOL_DISK' })
})

test('a disk that refuses the cursor is reported, and alerts go on', async () => {
  const folder = await emptyFolder()
  await mkdir(join(folder, '.cursor.json.new'))
  const { spool, reported } = await openIn(folder)
  await fill(spool, 2)
  spool.delivered(1)
  await spool.close()
  expect(reported.length).toBeGreaterThanOrEqual(1)
  expect(reported[0]).toMatchObject({ code: 'FW_SPOOL_DISK', subject: 'spool' })
  expect(reported[0]!.text).toContain('EISDIR')
})

test('files removed under a running daemon: reported, and the next alerts count again with a seq of their own', async () => {
  const folder = await emptyFolder()
  const { spool, reported } = await openIn(folder)
  await fill(spool, 3)
  await rm(folder, { recursive: true })
  expect((await spool.append(alertBody())).seq).toBe(4)
  expect(reported.map(({ code }) => code)).toEqual(['FW_SPOOL_CORRUPT', 'FW_SPOOL_DISK'])
  expect(await seqs(spool)).toEqual([4])
})
