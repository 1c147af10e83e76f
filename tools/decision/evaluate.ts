/**
 * What the decision finds in cases that `python -m camera.make_cases` made and `record.ts` recorded:
 * `tsx tools/decision/evaluate.ts CASES RECORDINGS [RESULT.json]` prints a table. A case is alive when the attack still takes a
 * fifth of yolox_nano's boxes (4 or more) behind the encoder; a dead one is no miss. Intervals: Wilson, 95 %, over cases.
 */
import { writeFileSync } from 'node:fs'
import { type CaseOutcome, isGradient, outcomeOf, readCases, rowOf } from './cases.js'
import { BUNDLE, SETTINGS } from './settings.js'

const [cases, recordings, result] = process.argv.slice(2)
if (!cases || !recordings) throw new Error('tsx tools/decision/evaluate.ts CASES RECORDINGS [RESULT.json]')

const all = readCases(cases, recordings).map((one) => outcomeOf(one, SETTINGS))
const attacks = all.filter((one) => one.case.level255 > 0)
const quiet = all.filter((one) => one.case.level255 === 0)
const gradient = attacks.filter((one) => isGradient(one.case))
const strong = gradient.filter((one) => one.case.level255 >= 8)
const weak = gradient.filter((one) => one.case.level255 === 4)
const groups = new Map<string, CaseOutcome[]>()
for (const one of attacks) {
  const name = `${one.case.family} ${one.case.level255}/255`
  groups.set(name, [...(groups.get(name) ?? []), one])
}
const kinds = new Set(quiet.map((one) => one.case.family)).size - 1
const byCrf = (some: readonly CaseOutcome[], name: string) =>
  [18, 23, 28].map((crf) =>
    rowOf(
      `${name}, CRF ${crf}`,
      some.filter((one) => one.case.crf === crf),
    ),
  )
const rows = [
  rowOf('gradient and universal, >= 8/255', strong),
  rowOf('gradient and universal, 4/255', weak),
  ...byCrf(strong, 'gradient and universal, >= 8/255'),
  ...byCrf(weak, 'gradient and universal, 4/255'),
  ...[...groups].sort().map(([name, some]) => rowOf(name, some)),
  rowOf(
    'clean',
    quiet.filter((one) => one.case.family === 'clean'),
  ),
  rowOf(
    `nuisances, ${kinds} kinds`,
    quiet.filter((one) => one.case.family !== 'clean'),
  ),
]
console.log(
  '| cases of 10 s, from second 4 on | cases (clips) | boxes taken | alive | found within 3 s | 95 % | delay s, median / p95 | raised, all | before it began |',
)
console.log('|---|---|---|---|---|---|---|---|---|')
for (const row of rows) {
  const delay = row.delayMedianS === undefined ? '-' : `${row.delayMedianS.toFixed(1)} / ${row.delayP95S!.toFixed(1)}`
  const found = row.alive ? `${row.aliveFound} of ${row.alive}` : '-'
  const taken = row.boxesTaken === undefined ? '-' : `${(100 * row.boxesTaken).toFixed(0)} %`
  console.log(
    `| ${row.name} | ${row.cases} (${row.clips}) | ${taken} | ${row.alive} | ${found} | ${row.interval} | ${delay} | ${row.raised} | ${row.raisedBefore} |`,
  )
}
const raisedQuiet = quiet.filter(({ delayMs, raisedBefore }) => delayMs !== undefined || raisedBefore)
for (const one of raisedQuiet)
  console.log(`\nalarm without an attack: ${one.case.source}, ${one.case.family}, CRF ${one.case.crf}`)
if (result) {
  const alarms = raisedQuiet.map(({ case: { source, family, crf }, delayMs }) => ({ source, family, crf, delayMs }))
  const command = `tsx tools/decision/evaluate.ts ${process.argv.slice(2).join(' ')}`
  writeFileSync(
    result,
    `${JSON.stringify({ command, bundle: BUNDLE, rows, alarms_without_attack: alarms }, null, 1)}\n`,
  )
}
