/** `framewarden doctor`: what this machine has and lacks for guarding cameras, and what to do about each lack. */
import { FwError } from '../core/errors.js'
import { jsonLine } from '../core/printable.js'
import { examine } from '../doctor/doctor.js'
import { findingLines } from '../doctor/report.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const doctorCommand: Command = {
  name: 'doctor',
  usage: 'doctor [--config FILE] [--json]',
  summary: 'Say what is there, what is missing, and what to do about it',
  help: `
Looks at Node, ffmpeg (all that were considered, and why one was chosen), the execution providers and the model bundle. With
--config also at state_dir and its free space, the broker, and each camera, which is opened for a moment.

  --config FILE  the configuration whose broker, cameras and folders are looked at
  --json         one JSON object: {"ok", "findings": [{"level", "subject", "text", "code", "remedy"}]}

Exit: 0 nothing bad was found, 1 something does not work, 2 usage or configuration wrong.

Example: framewarden doctor --config /etc/framewarden/config.yaml`,
  run,
}

/** What is wrong is a finding, never an exception, but for a wrong call (FW_USAGE). */
async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  if (positionals.length > 0) throw new FwError('FW_USAGE', 'doctor takes --config FILE and --json, nothing else')
  const { findings, configRefused } = await examine(values.config)
  const bad = findings.some((finding) => finding.level === 'bad')
  if (values.json) console.log(jsonLine({ ok: !bad, findings }))
  else {
    const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
    for (const line of findingLines(findings, colour)) console.log(line)
  }
  if (configRefused) return EXIT.usage
  return bad ? EXIT.failed : EXIT.done
}
