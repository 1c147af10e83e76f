/** `framewarden incidents`: the unit's history, from the daemon, or from its file while none runs. */
import { askDaemon } from '../control/client.js'
import { FwError } from '../core/errors.js'
import { chosenIncidents, type IncidentsWanted, type LoggedIncident } from '../core/incident-history.js'
import { jsonLine } from '../core/printable.js'
import { readHistory } from '../incidents/incident-log.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'
import { incidentLines } from './incident-lines.js'
import { stateDirOf } from './state-dir.js'

const PATIENCE_MS = 10_000
const SHOWN = '20'

export const incidentsCommand: Command = {
  name: 'incidents',
  usage: 'incidents --config FILE [--camera ID] [--open] [--limit N] [--json] [--acknowledge ID [--note TEXT]]',
  summary: 'What the unit has raised, and who has seen it',
  help: `
Lists the incidents that the unit of FILE remembers, the newest first: the last 1,000, also of earlier runs. Asks the running
daemon; while none runs, its file is read.

  --config FILE     the configuration that the daemon runs on
  --camera ID       of this camera alone
  --open            only those that are not cleared
  --limit N         the newest N (${SHOWN})
  --json            one JSON object a line; \`framewarden schema incident\`
  --acknowledge ID  says that a person has seen this incident; the daemon must run
  --note TEXT       what the person has to say about it

Exit: 0 done, 1 it cannot be read, or acknowledging failed, 2 usage or configuration wrong, or no such incident.

Example:
  framewarden incidents --config /etc/framewarden/config.yaml --open`,
  async run(argv, signal) {
    const { values, positionals } = parseArguments(argv, {
      config: { type: 'string' },
      camera: { type: 'string' },
      open: { type: 'boolean', default: false },
      limit: { type: 'string', default: SHOWN },
      json: { type: 'boolean', default: false },
      acknowledge: { type: 'string' },
      note: { type: 'string', default: '' },
    })
    const { config, camera, open, json, acknowledge, note } = values
    if (config === undefined || positionals.length > 0)
      throw new FwError('FW_USAGE', 'incidents takes --config FILE and no other argument without an option')
    const limit = Number(values.limit)
    if (!Number.isInteger(limit) || limit < 1)
      throw new FwError('FW_USAGE', `--limit '${values.limit}', takes a whole number from 1 on`)
    const stateDir = await stateDirOf(config)
    const listed = acknowledge
      ? [await acknowledged(stateDir, acknowledge, note, signal)]
      : await remembered(stateDir, { camera, open, limit }, signal)
    for (const line of json ? listed.map(jsonLine) : incidentLines(listed)) console.log(line)
    return EXIT.done
  },
}

async function acknowledged(
  stateDir: string,
  incident: string,
  note: string,
  signal?: AbortSignal,
): Promise<LoggedIncident> {
  const parameters = { incident, note, by: 'command' }
  const reply = await askDaemon(stateDir, 'acknowledge', { parameters, timeoutMs: PATIENCE_MS, signal })
  return reply.incident as LoggedIncident
}

async function remembered(stateDir: string, wanted: IncidentsWanted, signal?: AbortSignal): Promise<LoggedIncident[]> {
  try {
    const parameters = { ...wanted }
    const reply = await askDaemon(stateDir, 'incidents', { parameters, timeoutMs: PATIENCE_MS, signal })
    return reply.incidents as LoggedIncident[]
  } catch (error) {
    if (!(error instanceof FwError) || error.code !== 'FW_NOT_RUNNING') throw error
    return chosenIncidents(await fromFile(stateDir), wanted)
  }
}

function fromFile(stateDir: string) {
  return readHistory(stateDir).catch((cause: NodeJS.ErrnoException) => {
    throw new FwError('FW_INCIDENT_LOG', `the history in ${stateDir} cannot be read: ${cause.code ?? cause.message}`, {
      cause,
    })
  })
}
