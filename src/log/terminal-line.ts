/** A log record as one line for a person: `18:20:31 warn  camera 'gate': stalled  seq=3`. */
import { printable } from '../core/printable.js'

const COLOURS: Readonly<Record<string, string>> = { debug: '2', info: '36', warn: '33', error: '31' }

/** `record` as pino wrote it, with level as a word and time in ISO 8601; a stack follows on lines of its own. */
export function terminalLine(record: Readonly<Record<string, unknown>>, options: { colour: boolean }): string {
  const { level, time, msg, err, ...fields } = record
  const word = String(level).padEnd(5)
  const shown = options.colour ? `\u001b[${COLOURS[String(level)] ?? '0'}m${word}\u001b[0m` : word
  const pairs = Object.entries(fields).map(([name, value]) => `${printable(name)}=${valueText(value)}`)
  const clock = String(time).slice(11, 19)
  const stack = isMap(err) ? `\n${printable(String(err.stack ?? err.message), { keepLines: true })}` : ''
  return (
    [clock, shown, printable(String(msg ?? '')), ...(pairs.length > 0 ? ['', pairs.join(' ')] : [])].join(' ') + stack
  )
}

function valueText(value: unknown): string {
  return printable(typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value))
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
