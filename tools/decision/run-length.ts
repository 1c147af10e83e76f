/**
 * The shipped e-detector beside an independent one: `tsx tools/decision/run-length.ts test/fixtures/e-detector.json` prints a
 * table of mean run lengths to a false alarm and of delays, simulated here and computed by camera/edetector.py. A minute.
 */
import { readFileSync } from 'node:fs'
import { seededChance } from '../../src/core/chance.js'
import { meanOf, type RunLength, runLengths } from './simulate.js'

const [oracle] = process.argv.slice(2)
if (!oracle) throw new Error('tsx tools/decision/run-length.ts ORACLE.json')
const { lengths } = JSON.parse(readFileSync(oracle, 'utf8')) as { lengths: RunLength[] }
/** Simulated steps a row; what would take more than this for 100 runs is left to the oracle. */
const STEPS = 2e7
const MAX_RUNS = 20_000

console.log(
  '| p-values | clean or attacked | alarm at | oracle: mean observations | simulated | 99 % | runs | inside |',
)
console.log('|---|---|---|---|---|---|---|---|')
for (const [i, one] of lengths.entries()) {
  const { name, power, a, mean } = one
  const runs = Math.min(MAX_RUNS, Math.floor(STEPS / mean))
  const row = `| ${name} | ${power === 1 ? 'clean' : `attacked, p = u^${power}`} | ${a.toLocaleString('en')} | ${figure(mean)}`
  if (runs < 100) {
    console.log(`${row} | too long to simulate | - | 0 | - |`)
    continue
  }
  const seen = meanOf(runLengths(one, runs, seededChance(100 + i)))
  const inside = seen.low <= mean && mean <= seen.high
  console.log(
    `${row} | ${figure(seen.mean)} | ${figure(seen.low)}-${figure(seen.high)} | ${runs} | ${inside ? 'yes' : '**no**'} |`,
  )
}

function figure(observations: number): string {
  return observations < 1e6 ? Number(observations.toPrecision(4)).toLocaleString('en') : observations.toExponential(2)
}
