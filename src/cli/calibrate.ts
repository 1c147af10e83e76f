/** `framewarden calibrate`: a camera's clean past, learned at once and shown. */
import { LEAST_CLEAN_MS } from '../calibrate/refusal.js'
import { type CalibrationResult, resultLines } from '../calibrate/result.js'
import { type CalibrationReport, calibrateUnit } from '../calibrate/unit.js'
import { loadConfig } from '../config/load.js'
import { describe, FwError } from '../core/errors.js'
import { jsonLine, printable } from '../core/printable.js'
import type { CameraSettings } from '../core/settings.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const MINUTES = 10
const OPTIONS = {
  config: { type: 'string' },
  camera: { type: 'string' },
  all: { type: 'boolean', default: false },
  minutes: { type: 'string' },
  from: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const calibrate: Command = {
  name: 'calibrate',
  usage: 'calibrate --config FILE (--camera ID | --all) [--minutes N] [--from FILE] [--out FILE] [--json]',
  summary: "Learn a camera's clean past at once, and show it",
  help: `
Looks at the camera for some minutes, five frames a second, beside a running daemon if there is one (the camera serves a second
reader), and learns what its clean pictures score. The baseline is written to state_dir/baselines/ID.json, where the camera's
guard takes it up: within five minutes, or when it starts. What the camera has learned in another light (day, infra-red, dark)
stays. Run by root, it leaves the files to whom state_dir belongs to.

Refused (FW_CALIBRATE_REFUSED) is what looks attacked, what jumps more than once (several scenes), and less than
${LEAST_CLEAN_MS / 1000} s of clean observations.

  --config FILE   the unit's configuration
  --camera ID     one of its cameras
  --all           all of its cameras, one after the other
  --minutes N     how long to look, 1 or more (${MINUTES}: less is provisional)
  --from FILE     a clean recording of the camera instead of its stream
  --out FILE      where to write the histograms as SVG (beside the baseline: ID.svg)
  --json          one JSON object a camera

Prints for each signal its histogram, quantiles, autocorrelation time, and the margin above the camera's level from which a value
is plain evidence; the false alarms a day that the decision would raise at this camera, simulated from what was recorded; and the
least level (L-inf of luma, of 255) that would raise within a second: the shipped universal pattern, and random signs in patches as
a stand-in for gradient attacks, of falling strength on some of the camera's own frames, after one more encoding.

Exit: 0 calibrated, 1 a camera was refused or could not be read, 2 usage or configuration.

Example: framewarden calibrate --config /etc/framewarden/config.yaml --camera north-door`,
  run,
}

async function run(argv: readonly string[], output = new AbortController().signal): Promise<number> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const { config, camera, all, from, out, json } = values
  if (config === undefined) throw new FwError('FW_USAGE', 'calibrate: no --config FILE')
  if (positionals.length > 0) throw new FwError('FW_USAGE', `calibrate takes options alone, not '${positionals[0]}'`)
  if ((camera !== undefined) === all) throw new FwError('FW_USAGE', 'calibrate: --camera ID or --all')
  if (all && (from ?? out) !== undefined) {
    throw new FwError('FW_USAGE', 'calibrate: --from FILE and --out FILE are of one camera, not of --all')
  }
  const minutes = values.minutes === undefined ? undefined : minutesOf(values.minutes)
  const settings = await loadConfig(config)
  const cameras = all ? settings.cameras : [cameraOf(settings.cameras, camera!)]

  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const signal = AbortSignal.any([stop.signal, output])
  const length = minutes ?? (from === undefined ? MINUTES : undefined)
  const done = await calibrateUnit(settings, cameras, { from, out, minutes: length, signal }, report(json, length))
  return done === cameras.length ? EXIT.done : EXIT.failed
}

function minutesOf(value: string): number {
  const minutes = Number(value)
  if (!(minutes >= 1)) throw new FwError('FW_USAGE', `calibrate: --minutes '${value}', takes 1 or more`)
  return minutes
}

function cameraOf(cameras: readonly CameraSettings[], id: string): CameraSettings {
  const found = cameras.find((camera) => camera.id === id)
  if (found) return found
  throw new FwError('FW_USAGE', `calibrate: no camera '${id}', has ${cameras.map((camera) => camera.id).join(', ')}`)
}

/** Results on stdout; what failed and how far it is on stderr. */
function report(json: boolean, minutes: number | undefined): CalibrationReport {
  const of = minutes === undefined ? '' : ` of ${minutes * 60}`
  const clear = () => process.stderr.isTTY && process.stderr.write('\r\x1b[K')
  return {
    async result(result: CalibrationResult) {
      clear()
      if (json) console.log(jsonLine(result))
      else for (const line of resultLines(result)) console.log(printable(line))
    },
    failed(error) {
      clear()
      console.error(describe(error))
    },
    progress(camera, ms) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${camera}  ${(ms / 1000).toFixed(0)}${of} s`)
    },
  }
}
