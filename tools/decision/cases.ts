/** Cases that `camera/make_cases.py` and `make_troubles.py` made, with what `record.ts` recorded of them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Baseline } from '../../src/core/baseline/baseline.js'
import type { WatchSettings } from '../../src/core/watch.js'
import { valueAt, wilson } from '../statistics/statistics.js'
import { readSampled, type Sampled } from './recording.js'
import { replay } from './replay.js'

/** Found later than this is not found. */
export const WITHIN_MS = 3_000

export interface Case {
  readonly file: string
  readonly source: string
  readonly family: string
  /** L-inf in steps of 1/255; 0: nobody attacks. */
  readonly level255: number
  readonly crf: number
  /** When the attack or the nuisance begins; infinite of a clean case. */
  readonly beganMs: number
  /** Of yolox_nano's boxes in a few attacked frames: in the clean twin, and still found. */
  readonly boxes: number
  readonly boxesLeft: number
  /** Behind the encoder the attack still takes a fifth of 4 or more boxes. */
  readonly alive: boolean
  readonly recorded: readonly Sampled[]
}

/** What the decision makes of a case. */
export interface CaseOutcome {
  readonly case: Case
  readonly raisedBefore: boolean
  /** From its begin to the alarm. */
  readonly delayMs?: number
  readonly seconds: number
}

/** The cases of `folder` that were recorded to `recordings`. */
export function readCases(folder: string, recordings: string): Case[] {
  const [head, ...lines] = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split(/\r?\n/)
  const columns = head!.split(',')
  return lines.flatMap((line) => {
    const cells = line.split(',')
    const row = Object.fromEntries(columns.map((column, i) => [column, cells[i]!]))
    const path = join(recordings, `${row.file}.jsonl`)
    return existsSync(path) ? [caseOf(row, readSampled(path))] : []
  })
}

function caseOf(row: Record<string, string>, recorded: readonly Sampled[]): Case {
  const first = Number(row.first)
  const [boxes, boxesLeft] = [Number(row.boxes), Number(row.boxes_left)]
  return {
    file: row.file!,
    source: row.source!,
    family: row.family!,
    level255: Number(row.level255),
    crf: Number(row.crf),
    beganMs: first < 0 ? Number.POSITIVE_INFINITY : (first / Number(row.fps)) * 1_000,
    boxes,
    boxesLeft,
    alive: boxes >= 4 && boxesLeft <= 0.8 * boxes,
    recorded,
  }
}

/** `baseline`: a past from before the case. */
export function outcomeOf(one: Case, settings: WatchSettings, baseline?: Baseline): CaseOutcome {
  const { recorded, beganMs } = one
  const raised = replay(recorded, settings, baseline).changes.find(({ incident }) => incident.phase === 'raised')
  const raisedBefore = raised !== undefined && raised.atMs < beganMs
  return {
    case: one,
    raisedBefore,
    delayMs: raised && !raisedBefore ? raised.atMs - beganMs : undefined,
    seconds: (recorded.at(-1)?.atMs ?? 0) / 1_000,
  }
}

/** Made through the gradients of a detector, at once or beforehand. */
export function isGradient({ family }: Case): boolean {
  return ['mifgsm', 'pgd', 'universal'].includes(family)
}

export interface Row {
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
  /** Share of the detector's boxes that the attacks take, of cases that have any. */
  readonly boxesTaken?: number
}

export function rowOf(name: string, some: readonly CaseOutcome[]): Row {
  const alive = some.filter((one) => one.case.alive)
  const found = alive.filter(({ delayMs }) => delayMs !== undefined && delayMs <= WITHIN_MS)
  const delays = found.map(({ delayMs }) => delayMs! / 1_000).sort((a, b) => a - b)
  const sum = (of: (one: CaseOutcome) => number) => some.reduce((total, one) => total + of(one), 0)
  const boxes = sum((one) => one.case.boxes)
  return {
    name,
    cases: some.length,
    clips: new Set(some.map((one) => one.case.source)).size,
    alive: alive.length,
    aliveFound: found.length,
    interval: wilson(found.length, alive.length),
    delayMedianS: valueAt(delays, 0.5),
    delayP95S: valueAt(delays, 0.95),
    raised: some.filter(({ delayMs }) => delayMs !== undefined).length,
    raisedBefore: some.filter(({ raisedBefore }) => raisedBefore).length,
    minutes: sum(({ seconds }) => seconds) / 60,
    ...(boxes > 0 && { boxesTaken: 1 - sum((one) => one.case.boxesLeft) / boxes }),
  }
}
