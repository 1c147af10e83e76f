/** `framewarden schema`: every key of the configuration, and the payloads as JSON Schema. */
import { z } from 'zod'
import { configJsonSchema } from '../config/json-schema.js'
import { keyNames, keyTable } from '../config/key-table.js'
import { didYouMean } from '../core/did-you-mean.js'
import { FwError } from '../core/errors.js'
import { payloadSchemas } from '../delivery/alert-schema.js'
import { asyncApi } from '../delivery/asyncapi.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'
import { withinColumns } from './schema-width.js'
import { version } from './version.js'

const RELOAD = `RELOAD says what a change of the key restarts when the file is read again: live nothing, camera its camera,
guard the guards, broker the connection to the broker, process takes effect at the next start.
Keys of cameras can stand under defaults as well. Durations: 500ms 10s 5m 2h 30d. Sizes: 256MiB 2GiB.`

export const schema: Command = {
  name: 'schema',
  usage: 'schema [NAME]',
  summary: 'Every key of the configuration, and the payloads as JSON Schema',
  help: `Without NAME, lists every key of the configuration with its default, what it takes and what a change of it restarts.
NAME is a key or a section (mqtt, cameras.timeouts), config for the JSON Schema of the whole file, asyncapi for all that goes over
MQTT as one AsyncAPI 3 document, or a payload:
${Object.keys(payloadSchemas).join(', ')}.

Examples:
  framewarden schema cameras.detection
  framewarden schema alert > alert.schema.json`,
  async run(argv) {
    const { positionals } = parseArguments(argv, {})
    if (positionals.length > 1) throw new FwError('FW_USAGE', 'schema takes one NAME at most')
    console.log(schemaText(positionals[0]))
    return EXIT.done
  },
}

function schemaText(name: string | undefined): string {
  if (name === undefined) return `${withinColumns(keyTable() ?? '', process.stdout.columns)}\n\n${RELOAD}`
  if (name === 'config') return json(configJsonSchema())
  if (name === 'asyncapi') return json(asyncApi(version))
  if (Object.hasOwn(payloadSchemas, name)) return json(z.toJSONSchema(payloadSchemas[name]!))
  const table = keyTable(name)
  if (table !== undefined) return withinColumns(table, process.stdout.columns)
  const nearest = didYouMean(name, ['config', 'asyncapi', ...Object.keys(payloadSchemas), ...keyNames()])
  throw new FwError('FW_USAGE', `no schema is called ${name}${nearest ? `, did you mean ${nearest}?` : ''}`)
}

function json(value: object): string {
  return JSON.stringify(value, null, 2)
}
