/**
 * What the decision finds in cases that `python -m camera.make_cases` made and `record.ts` recorded:
 * `tsx tools/decision/evaluate.ts CASES RECORDINGS [RESULT.json]` prints a table. A case is alive when the attack still takes a
 * fifth of yolox_nano's boxes (4 or more) behind the encoder; a dead one is no miss. Intervals: Wilson, 95 %, over cases.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_CAMERA } from '../../src/config/defaults.js'
import { watchSettings } from '../../src/core/watch.js'
import { readSampled } from './recording.js'
import { replay } from './replay.js'

const [cases, recordings, result] = process.argv.slice(2)
if (!cases || !recordings) throw new Error('tsx tools/decision/evaluate.ts CASES RECORDINGS [RESULT.json]')
const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../models/camera/manifest.json'), 'utf8'))
const settings = watchSettings(DEFAULT_CAMERA, manifest)
/** Found later than this is not found. */
const WITHIN_MS = 3_000

interface Case {
  readonly family: string
  readonly level255: number
  readonly crf: number
  readonly source: string
  readonly alive: boolean
  readonly raisedBefore: boolean
  readonly delayMs?: number
  readonly seconds: number
}

function read(): Case[] {
  const [head, ...lines] = readFileSync(join(cases!, 'labels.csv'), 'utf8').trim().split(/\r?\n/)
  const columns = head!.split(',')
  return lines.flatMap((line) => {
    const cells = line.split(',')
    const row = Object.fromEntries(columns.map((column, i) => [column, cells[i]!]))
    const path = join(recordings!, `${row.file}.jsonl`)
    return existsSync(path) ? [caseOf(row, path)] : []
  })
}

function caseOf(row: Record<string, string>, path: string): Case {
  const recorded = readSampled(path)
  const first = Number(row.first)
  const beganMs = first < 0 ? Number.POSITIVE_INFINITY : (first / Number(row.fps)) * 1_000
  const raised = replay(recorded, settings).changes.find(({ incident }) => incident.phase === 'raised')
  const before = raised !== undefined && raised.atMs < beganMs
  const boxes = Number(row.boxes)
  return {
    family: row.family!,
    level255: Number(row.level255),
    crf: Number(row.crf),
    source: row.source!,
    alive: boxes >= 4 && Number(row.boxes_left) <= 0.8 * boxes,
    raisedBefore: before,
    delayMs: raised && !before ? raised.atMs - beganMs : undefined,
    seconds: (recorded.at(-1)?.atMs ?? 0) / 1_000,
  }
}

function wilson(k: number, n: number): string {
  if (n === 0) return '-'
  const z = 1.96
  const p = k / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const of = (value: number) => Math.min(1, Math.max(0, value / (1 + (z * z) / n))).toFixed(2)
  return `${of(centre - half)}-${of(centre + half)}`
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]

interface Row {
  readonly name: string
  readonly cases: number
  readonly clips: number
  readonly alive: number
  readonly aliveFound: number
  readonly interval: string
  readonly delayMedianS?: number
  readonly delayP95S?: number
  readonly raised: number
  readonly raisedBefore: number
  readonly minutes: number
}

function rowOf(name: string, some: readonly Case[]): Row {
  const alive = some.filter((one) => one.alive)
  const found = alive.filter(({ delayMs }) => delayMs !== undefined && delayMs <= WITHIN_MS)
  const delays = found.map(({ delayMs }) => delayMs! / 1_000).sort((a, b) => a - b)
  return {
    name,
    cases: some.length,
    clips: new Set(some.map(({ source }) => source)).size,
    alive: alive.length,
    aliveFound: found.length,
    interval: wilson(found.length, alive.length),
    delayMedianS: quantile(delays, 0.5),
    delayP95S: quantile(delays, 0.95),
    raised: some.filter(({ delayMs }) => delayMs !== undefined).length,
    raisedBefore: some.filter(({ raisedBefore }) => raisedBefore).length,
    minutes: some.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
  }
}

const all = read()
const attacks = all.filter(({ level255 }) => level255 > 0)
const quiet = all.filter(({ level255 }) => level255 === 0)
const gradient = attacks.filter(({ family }) => ['mifgsm', 'pgd', 'universal'].includes(family))
const groups = new Map<string, Case[]>()
for (const one of attacks) {
  const name = `${one.family} ${one.level255}/255`
  groups.set(name, [...(groups.get(name) ?? []), one])
}
const rows = [
  rowOf(
    'gradient and universal, >= 8/255',
    gradient.filter(({ level255 }) => level255 >= 8),
  ),
  rowOf(
    'gradient and universal, 4/255',
    gradient.filter(({ level255 }) => level255 === 4),
  ),
  ...[...groups].sort().map(([name, some]) => rowOf(name, some)),
  rowOf(
    'clean',
    quiet.filter(({ family }) => family === 'clean'),
  ),
  rowOf(
    `nuisances, ${new Set(quiet.map(({ family }) => family)).size - 1} kinds`,
    quiet.filter(({ family }) => family !== 'clean'),
  ),
]
console.log(
  '| cases of 10 s, from second 4 on | cases (clips) | alive | found within 3 s | 95 % | delay s, median / p95 | raised, all | before it began |',
)
console.log('|---|---|---|---|---|---|---|---|')
for (const row of rows) {
  const delay = row.delayMedianS === undefined ? '-' : `${row.delayMedianS.toFixed(1)} / ${row.delayP95S!.toFixed(1)}`
  const found = row.alive ? `${row.aliveFound} of ${row.alive}` : '-'
  console.log(
    `| ${row.name} | ${row.cases} (${row.clips}) | ${row.alive} | ${found} | ${row.interval} | ${delay} | ${row.raised} | ${row.raisedBefore} |`,
  )
}
const raisedQuiet = quiet.filter(({ delayMs, raisedBefore }) => delayMs !== undefined || raisedBefore)
for (const { source, family, crf } of raisedQuiet)
  console.log(`\nalarm without an attack: ${source}, ${family}, CRF ${crf}`)
if (result) {
  const { name, version } = manifest
  const command = `tsx tools/decision/evaluate.ts ${process.argv.slice(2).join(' ')}`
  writeFileSync(
    result,
    `${JSON.stringify({ command, bundle: { name, version }, rows, alarms_without_attack: raisedQuiet }, null, 1)}\n`,
  )
}
