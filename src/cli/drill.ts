/** `framewarden drill`: a camera's test button. */
import { askDaemon } from '../control/client.js'
import { DRILL_ATTACKS, DRILL_LEVELS, type DrillAttack, drillMs } from '../core/drill.js'
import { describe, FwError } from '../core/errors.js'
import { jsonLine } from '../core/printable.js'
import type { DrillReport } from '../daemon/drills.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { drillLines, drillPassed } from './drill-lines.js'
import { EXIT } from './exit.js'
import { stateDirOf } from './state-dir.js'

/** The daemon needs the drill itself and what it waits for afterwards: guard, disk, broker. */
const PATIENCE_MS = Math.max(...DRILL_ATTACKS.map(drillMs)) + 30_000
/** No drill took place. */
const NONE = ['FW_NOT_RUNNING', 'FW_CONTROL_DENIED', 'FW_CONTROL_FAILED', 'FW_DRILL_REFUSED', 'FW_REQUEST']
const { least, most, usual } = DRILL_LEVELS

export const drillCommand: Command = {
  name: 'drill',
  usage: 'drill --config FILE --camera ID [--attack KIND] [--level L] [--json]',
  summary: "Test a camera's alarm, from its decoded frames to the broker",
  help: `
Asks the daemon that runs on FILE to perturb the camera's decoded frames for ${drillMs('pattern') / 1000} s, and says whether that was found, after how
long, and whether the broker has acknowledged the alert. Alerts of a drill say \`"drill": true\`; they open no incident. The
camera is guarded meanwhile: the cleaned stream, what it learns and its own alarms know nothing of the drill, and a real
incident ends it.

  --config FILE  the configuration that the daemon runs on
  --camera ID    the camera: guarded, and without an open incident
  --attack KIND  pattern: the universal pattern that comes with framewarden; noise: random signs, which hurt detectors less and
                 are found less easily; covered, defocused, turned, frozen, loop: as if somebody tampered with the camera, for
                 ${drillMs('loop') / 1000} s (${DRILL_ATTACKS[0]})
  --level L      L-inf of the perturbation: 8/255, or 0.03; from ${least}/255 to ${most}/255 (${usual}/255); tamper has none
  --json         one JSON object: {"camera", "attack", "level", "end": "time"|"incident"|"failed", "frames", "found", "delay_ms",
                 "seq", "broker": "acknowledged"|"denied"|"waiting"|"none"}; the last three are null where nothing was found,
                 frames where the guard went

Exit: 0 found, and acknowledged where a broker is configured; 1 not found or not acknowledged; 2 no drill took place: usage, no
daemon, or refused.

Example: framewarden drill --config /etc/framewarden/config.yaml --camera north-door`,
  run,
}

async function run(argv: readonly string[], output?: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments(argv, {
    config: { type: 'string' },
    camera: { type: 'string' },
    attack: { type: 'string', default: DRILL_ATTACKS[0] },
    level: { type: 'string', default: `${usual}/255` },
    json: { type: 'boolean', default: false },
  })
  const { config, camera, json } = values
  if (config === undefined || camera === undefined || positionals.length > 0)
    throw new FwError('FW_USAGE', 'drill takes --config FILE and --camera ID')
  const attack = attackOf(values.attack)
  const level = drillLevel(values.level)
  const stateDir = await stateDirOf(config, camera)
  try {
    const parameters = { camera, attack, level }
    const asked = askDaemon(stateDir, 'drill', { parameters, timeoutMs: PATIENCE_MS, signal: output })
    console.error(`asking for a drill of camera '${camera}', ${drillMs(attack) / 1000} s`)
    const report = (await asked) as unknown as DrillReport
    if (json) console.log(jsonLine(report))
    else for (const line of drillLines(report)) console.log(line)
    return drillPassed(report) ? EXIT.done : EXIT.failed
  } catch (error) {
    if (!(error instanceof FwError) || !NONE.includes(error.code)) throw error
    console.error(describe(error))
    return EXIT.usage
  }
}

function attackOf(text: string): DrillAttack {
  const known = DRILL_ATTACKS.find((name) => name === text)
  if (known) return known
  throw new FwError('FW_USAGE', `--attack '${text}', takes ${DRILL_ATTACKS.join(', ')}`)
}

/** `8/255` or `0.03` as a fraction. Throws FW_USAGE. */
export function drillLevel(text: string): number {
  const [, of255, share] = /^(?:(\d+(?:\.\d+)?)\/255|(\d*\.?\d+))$/.exec(text) ?? []
  const level = of255 === undefined ? Number(share) : Number(of255) / 255
  if (level >= least / 255 && level <= most / 255) return level
  throw new FwError('FW_USAGE', `--level '${text}', takes ${least}/255 to ${most}/255`)
}
