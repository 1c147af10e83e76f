/**
 * What the shipped tamper decision finds, and what it raises where nobody tampers: `tsx tools/tamper/evaluate.ts OUT FOLDER…`
 * writes a table and each result, with these endings, beside OUT. A folder is one of `python -m camera.make_tamper` or `camera.make_troubles` (labels.csv), or of
 * clips as they are. Each file is one camera that is new; defaults, `views: 3` for presets. Intervals: Wilson, 95 %, over cases.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findFfmpeg } from '../../src/camera/ffmpeg.js'
import { decodeSource } from '../../src/camera/file.js'
import { DEFAULT_CAMERA } from '../../src/config/defaults.js'
import { lightOf } from '../../src/core/baseline/light.js'
import { enterRegime, type RegimeState } from '../../src/core/baseline/regime.js'
import { isDue } from '../../src/core/decide.js'
import { lumaHistogram } from '../../src/core/settle.js'
import { isTamper, TAMPER_KINDS } from '../../src/core/tamper/kinds.js'
import type { TamperPasts } from '../../src/core/tamper/past.js'
import { printOf } from '../../src/core/tamper/print.js'
import { startTamper, tamper } from '../../src/core/tamper/tamper.js'
import { viewOf } from '../../src/core/tamper/view.js'
import { wilson } from '../statistics/statistics.js'

const [out, ...folders] = process.argv.slice(2)
if (!out || folders.length === 0) throw new Error('tsx tools/tamper/evaluate.ts OUT FOLDER…')
const ffmpeg = await findFfmpeg()
const { signal } = new AbortController()
const { width, rate } = DEFAULT_CAMERA.frame
const { falseAlarmsPerDay, clearAfterMs } = DEFAULT_CAMERA.detection
/** Found later than this is not found. */
const WITHIN_S = 10

interface Case {
  readonly file: string
  readonly family: string
  readonly strength: string
  readonly crf: string
  /** Milliseconds at which it begins, and for how long the stream then pauses. */
  readonly beginsMs: number
  readonly gapMs: number
  /** A clip that is played to and fro is a loop by itself. */
  readonly repeats: boolean
}

interface Result extends Case {
  readonly seconds: number
  readonly raised?: { readonly kind: string; readonly afterS: number }
}

function casesOf(folder: string): Case[] {
  const labels = join(folder, 'labels.csv')
  if (!existsSync(labels)) {
    const clips = readdirSync(folder).filter((name) => !name.endsWith('.csv'))
    return clips.map((name) => ({ ...PLAIN, file: join(folder, name) }))
  }
  const [head, ...lines] = readFileSync(labels, 'utf8').trim().split(/\r?\n/)
  const columns = head!.split(',')
  return lines.map((line) => {
    const row = Object.fromEntries(line.split(',').map((cell, i) => [columns[i]!, cell]))
    return {
      file: join(folder, row.file!),
      family: row.family!,
      strength: row.strength ?? '-1',
      crf: row.crf!,
      beginsMs: (Number(row.first) / Number(row.fps)) * 1_000,
      gapMs: Number(row.gap_s ?? 0) * 1_000,
      repeats: row.strength === undefined && !/\.(jpg|png)$/.test(row.source!),
    }
  })
}

const PLAIN = { family: 'clip', strength: '-1', crf: '', beginsMs: 0, gapMs: 0, repeats: false } as const

async function judged(one: Case): Promise<Result> {
  const views = one.family === 'presets' ? 3 : 1
  const kinds = { ...DEFAULT_CAMERA.tamper, turned: { ...DEFAULT_CAMERA.tamper.turned, views } }
  let state = startTamper()
  let pasts: TamperPasts = {}
  let regime: RegimeState | undefined
  let raised: Result['raised']
  let [lookedAtMs, lastMs] = [Number.NEGATIVE_INFINITY, 0]
  for await (const frame of decodeSource(one.file, { width, rate, ffmpeg, signal })) {
    const { capturedAtMs } = frame
    const atMs = capturedAtMs + (capturedAtMs >= one.beginsMs ? one.gapMs : 0)
    const histogram = lumaHistogram(frame)
    regime = enterRegime(regime, lightOf(frame), atMs)
    const looked = isDue(capturedAtMs - lookedAtMs, rate)
    if (looked) lookedAtMs = capturedAtMs
    const seen = { atMs, damaged: frame.damaged, histogram, print: printOf(frame) }
    const decision = { kinds, falseAlarmsPerDay, clearAfterMs }
    const measured = looked ? { ...seen, view: viewOf(frame) } : seen
    const [next, learned, incident] = tamper(state, measured, pasts, regime.regime, decision, () => one.file)
    state = next
    pasts = learned
    lastMs = capturedAtMs
    if (incident?.phase === 'raised') {
      raised ??= { kind: incident.kind, afterS: (capturedAtMs - one.beginsMs) / 1_000 }
    }
  }
  return { ...one, file: basename(one.file), seconds: lastMs / 1_000, raised }
}

const results: Result[] = []
for (const one of folders.flatMap(casesOf)) {
  results.push(await judged(one))
  const { file, raised } = results.at(-1)!
  console.error(`${file}: ${raised ? `${raised.kind} ${raised.afterS.toFixed(1)} s` : '-'}`)
}

const lines = [
  '| tamper | cases | found within 10 s | 95 % | by its name | before it began | delay s, median / largest |',
  '|---|---|---|---|---|---|---|',
]
for (const kind of TAMPER_KINDS) {
  const some = results.filter(({ family, strength }) => family === kind && Number(strength) >= 0)
  if (some.length === 0) continue
  const found = some.filter(({ raised }) => raised && raised.afterS >= 0 && raised.afterS <= WITHIN_S + 0.2)
  const named = found.filter(({ raised }) => raised!.kind === kind).length
  const early = some.filter(({ raised }) => raised && raised.afterS < 0).length
  const delays = found.map(({ raised }) => raised!.afterS).sort((a, b) => a - b)
  const delay = delays.length > 0 ? `${delays[delays.length >> 1]!.toFixed(1)} / ${delays.at(-1)!.toFixed(1)}` : '-'
  lines.push(
    `| ${kind} | ${some.length} | ${found.length} | ${wilson(found.length, some.length)} | ${named} | ${early} | ${delay} |`,
  )
}
const quiet = results.filter(({ family, strength }) => !(isTamper(family) && Number(strength) >= 0))
const alarms = quiet.filter(({ raised, repeats }) => raised && !(repeats && raised.kind === 'loop'))
const repeating = quiet.filter(({ raised, repeats }) => raised?.kind === 'loop' && repeats).length
const minutes = quiet.reduce((sum, { seconds }) => sum + seconds, 0) / 60
const clips = quiet.filter(({ family }) => family === 'clip')
const raisedBy = alarms.map(({ file, raised }) => `${file}: ${raised!.kind}`).join('; ')
lines.push(
  '',
  `Nobody tampers: ${alarms.length} alarms in ${quiet.length} pieces, ${minutes.toFixed(0)} min${clips.length > 0 ? ` (${clips.length} clips as they are among them)` : ''}${raisedBy ? `: ${raisedBy}` : ''}.`,
)
if (repeating > 0) lines.push(`Besides, ${repeating} clips that are played to and fro are rightly told to be loops.`)
const command = `tsx tools/tamper/evaluate.ts ${[out, ...folders].join(' ')}`
writeFileSync(`${out}.md`, `${lines.join('\n')}\n`)
writeFileSync(`${out}.json`, `${JSON.stringify({ command, results }, null, 1)}\n`)
console.log(lines.join('\n'))
