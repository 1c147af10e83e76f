/** The log: JSON lines, or one-liners on a terminal; secrets are masked here, once, at the sink. */
import pino from 'pino'
import { createMask, maskDeep } from './mask.js'
import { terminalLine } from './terminal-line.js'

/** A pino logger; `level` can be set at any time. */
export type Log = pino.Logger & {
  /** More secrets to mask from now on, in this log and its children. */
  mask(secrets: Iterable<string>): void
}

/** What a log is written to; process.stderr is one. */
export interface LogStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly secrets: Iterable<string>
  /** process.stderr when not given: results alone stand on stdout. */
  readonly stream?: LogStream
}

/** A log to `stream`. On a terminal, and not under systemd, lines are for people; NO_COLOR takes the colour away. */
export function createLog(options: LogOptions): Log {
  const stream = options.stream ?? process.stderr
  const forPeople = stream.isTTY === true && process.env.JOURNAL_STREAM === undefined
  const colour = process.env.NO_COLOR === undefined
  const mask = createMask(options.secrets)
  const sink = {
    write(line: string) {
      // The names and values of pino's own stay whole: a log with a password like `info` must remain readable.
      const { level, time, msg, ...fields } = JSON.parse(line)
      const record = { level, time, msg: maskDeep(msg, mask), ...(maskDeep(fields, mask) as object) }
      stream.write(`${forPeople ? terminalLine(record, { colour }) : JSON.stringify(record)}\n`)
    },
  }
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    sink,
  )
  return Object.assign(logger, { mask: mask.add })
}
