/**
 * What other pasts, lights and attackers make of the decision: `tsx tools/decision/adversaries.ts CASES=RECORDINGS…` prints two
 * tables. Recordings are 10 s long; longer ones are put together from their observations (splice.ts), as each row says.
 */
import { pValue } from '../../src/core/calibration.js'
import { valueAt, wilson } from '../statistics/statistics.js'
import { type Case, isGradient, outcomeOf, readCases, rowOf } from './cases.js'
import type { Sampled } from './recording.js'
import { replay } from './replay.js'
import { CALIBRATION, SETTINGS } from './settings.js'
import { afterQuiet, inTurn, laterPart, quietPart, STEP_MS, shifted, shifts } from './splice.js'

const folders = process.argv.slice(2).map((one) => one.split('='))
if (folders.length === 0) throw new Error('tsx tools/decision/adversaries.ts CASES=RECORDINGS…')
const cases = folders.flatMap(([folder, recordings]) => readCases(folder!, recordings!))
const quiet = cases.filter(({ level255, family }) => level255 === 0 && family !== 'clean')
const attacks = cases.filter((one) => one.alive && isGradient(one))
const strong = attacks.filter(({ level255 }) => level255 >= 8)
const MINUTE = 60_000 / STEP_MS
const OWN = 11 * MINUTE
const rarity = (chain: number) => pValue(CALIBRATION, chain)

pasts()
const rows: Row[] = [...regimes(), ...ramps(), ...fromTheFirst(), ...bursts(), ...held()]
console.log('\n| what happens | cases (clips) | raised | 95 % | s until then, median / p95 |')
console.log('|---|---|---|---|---|')
for (const { name, n, clips, delaysS } of rows) {
  const sorted = [...delaysS].sort((a, b) => a - b)
  const delay = sorted.length ? `${valueAt(sorted, 0.5)!.toFixed(1)} / ${valueAt(sorted, 0.95)!.toFixed(1)}` : '-'
  console.log(`| ${name} | ${n} (${clips}) | ${sorted.length} of ${n} | ${wilson(sorted.length, n)} | ${delay} |`)
}

interface Row {
  readonly name: string
  readonly n: number
  readonly clips: number
  readonly delaysS: readonly number[]
}

function row(name: string, some: readonly Case[], delayMs: (one: Case) => number | undefined): Row {
  const delays = some.map(delayMs).filter((delay) => delay !== undefined)
  const clips = new Set(some.map(({ source }) => source)).size
  return { name, n: some.length, clips, delaysS: delays.map((delay) => delay / 1_000) }
}

/** When the first incident from `fromMs` on is raised, after that; one that was raised before it counts as none. */
function raisedAfter(recorded: readonly Sampled[], fromMs = 0): number | undefined {
  const at = replay(recorded, SETTINGS).changes.find(
    ({ incident, atMs }) => incident.phase === 'raised' && atMs >= fromMs,
  )?.atMs
  return at === undefined ? undefined : at - fromMs
}

/** By length of the quiet past. */
function pasts(): void {
  console.log(
    '| quiet before it began | >= 8/255 alive, in 3 s | 4/255 | random signs 25/255 | delay s, median / p95, >= 8/255 | alarms, nuisances |',
  )
  console.log('|---|---|---|---|---|---|')
  const signs = cases.filter((one) => one.alive && one.family === 'sign' && one.level255 > 8)
  for (const [name, count] of [
    ['4 s', 20],
    ['30 s', 150],
    ['5 min', 5 * MINUTE],
    ['11 min: the past is its own', OWN],
  ] as const) {
    const of = (some: readonly Case[]) =>
      rowOf(
        '',
        some.map((one) => outcomeOf(afterQuiet(one, count), SETTINGS)),
      )
    const [high, low, random, troubled] = [
      of(strong),
      of(attacks.filter(({ level255 }) => level255 === 4)),
      of(signs),
      of(quiet),
    ]
    const found = ({ aliveFound, alive }: typeof high) => `${aliveFound} of ${alive}`
    const alarms = `${troubled.raised + troubled.raisedBefore} of ${troubled.cases}`
    console.log(
      `| ${name} | ${found(high)} | ${found(low)} | ${found(random)} | ${high.delayMedianS?.toFixed(1)} / ${high.delayP95S?.toFixed(1)} | ${alarms} |`,
    )
  }
}

/** Another light comes and goes; rain for long; the attack in the new light, its shifts added to what was recorded there. */
function regimes(): Row[] {
  const of = (family: string) => quiet.filter((one) => one.family === family)
  const between = (one: Case, minutes: number) => {
    const [before, later] = [quietPart(one), laterPart(one)]
    return inTurn([before, 2 * MINUTE], [later, minutes * MINUTE], [before, 2 * MINUTE], [later, MINUTE])
  }
  const attacked = (one: Case) => {
    const by = strong.find(({ source }) => source === one.source)
    if (!by) return undefined
    const night = inTurn([quietPart(one), 2 * MINUTE], [laterPart(one), 2 * MINUTE])
    const from = night.at(-1)!.atMs + STEP_MS
    const moves = shifts(by)
    const attack = inTurn([laterPart(one), moves.length]).map((o, i) => shifted(o, moves[i]!, 1, rarity))
    return raisedAfter([...night, ...attack.map((o) => ({ ...o, atMs: from + o.atMs }))], from)
  }
  const withAttack = (family: string) => of(family).filter((one) => strong.some(({ source }) => source === one.source))
  const lights = ['infrared', 'dusk', 'lights_off', 'exposure_step']
  return [
    ...lights.map((family) =>
      row(`nobody attacks: ${family} for 10 min, back for 2, again for 1`, of(family), (one) =>
        raisedAfter(between(one, 10)),
      ),
    ),
    ...['rain', 'fog', 'shake'].map((family) =>
      row(`nobody attacks: ${family} for an hour`, of(family), (one) => raisedAfter(between(one, 60))),
    ),
    ...['infrared', 'dusk', 'rain'].map((family) =>
      row(`attack >= 8/255 two minutes into ${family}, shifts added`, withAttack(family), attacked),
    ),
  ]
}

/** The attack grows in a straight line for 10 minutes and stays for one; seconds are of these. */
function ramps(): Row[] {
  const length = 10 * MINUTE
  const ramp = (one: Case, past: number) => {
    const moves = shifts(one)
    const grown = inTurn([quietPart(one), past + length + MINUTE]).map((o, i) =>
      i < past ? o : shifted(o, moves[i % moves.length]!, Math.min(1, (i - past) / length), rarity),
    )
    return raisedAfter(grown, past * STEP_MS)
  }
  return [
    row('slow ramp to >= 8/255 over 10 min, after 4 s', strong, (one) => ramp(one, 20)),
    row('slow ramp to >= 8/255 over 10 min, after 11 min', strong, (one) => ramp(one, OWN)),
  ]
}

function fromTheFirst(): Row[] {
  const weak = attacks.filter(({ level255 }) => level255 === 4)
  const always = (one: Case) => raisedAfter(inTurn([laterPart(one), 10 * MINUTE]))
  // 11 minutes attacked while the camera learns, 2 quiet ones, then attacked again
  const taught = (one: Case) => inTurn([laterPart(one), OWN], [quietPart(one), 2 * MINUTE], [laterPart(one), MINUTE])
  const again = (OWN + 2 * MINUTE) * STEP_MS
  return [
    row('there from the first frame, >= 8/255, for 10 min', strong, always),
    row('there from the first frame, 4/255, for 10 min', weak, always),
    row('there while the camera learns (11 min), >= 8/255: raised then', strong, (one) =>
      raisedAfter(inTurn([laterPart(one), OWN])),
    ),
    row('… gone for 2 min and back: raised then', strong, (one) => raisedAfter(taught(one), again)),
  ]
}

/** Each 5 s for 2 minutes, after 30 s of quiet. */
function bursts(): Row[] {
  const burst = (one: Case, observations: number) => {
    const [before, later] = [quietPart(one), laterPart(one)]
    const pieces = Array.from({ length: 24 }, () => [
      [later, observations] as const,
      [before, 25 - observations] as const,
    ])
    return raisedAfter(inTurn([before, 150], ...pieces.flat()), 150 * STEP_MS)
  }
  return [1, 2, 3, 5].map((n) =>
    row(`bursts of ${(n * STEP_MS) / 1_000} s each 5 s, >= 8/255`, strong, (one) => burst(one, n)),
  )
}

/** The networks' scores stay where the camera's own are: what an attacker who knows them reaches. The noise is the attack's. */
function held(): Row[] {
  const hidden = (one: Case) => {
    const [before, later] = [quietPart(one), laterPart(one)]
    const own = inTurn([before, later.length]).map((o, i) => ({ ...o, noise: later[i]!.noise }))
    return raisedAfter(inTurn([before, 150], [own, own.length]), 150 * STEP_MS)
  }
  return [row('scores held at the own level, >= 8/255: noise alone is left', strong, hidden)]
}
