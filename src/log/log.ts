/** The log: JSON lines, or one-liners on a terminal; secrets are masked here, once, at the sink. */
import type { Writable } from 'node:stream'
import pino from 'pino'
import { boundedStream } from './bounded-stream.js'
import { createMask, maskDeep } from './mask.js'
import { terminalLine } from './terminal-line.js'

/** A pino logger; `level` can be set at any time. */
export type Log = pino.Logger & {
  /** More secrets to mask from now on, in this log and its children. */
  mask(secrets: Iterable<string>): void
  /** Resolves to true when every line has been written, to false when the reader has not taken them within `ms`. */
  flushed(ms: number): Promise<boolean>
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly secrets: Iterable<string>
  /** process.stderr when not given: results alone stand on stdout. */
  readonly stream?: Writable & { readonly isTTY?: boolean }
}

/** A log to `stream`. On a terminal, and not under systemd, lines are for people; NO_COLOR takes the colour away. */
export function createLog(options: LogOptions): Log {
  const mask = createMask(options.secrets)
  const stream = boundedStream(options.stream ?? process.stderr, lostLine)
  const forPeople = stream.isTTY === true && process.env.JOURNAL_STREAM === undefined
  const colour = process.env.NO_COLOR === undefined

  function text(record: Readonly<Record<string, unknown>>): string {
    return `${forPeople ? terminalLine(record, { colour }) : JSON.stringify(record)}\n`
  }

  function lostLine(lines: number): string {
    const msg = `${lines} lines of the log are lost: whoever reads standard error did not keep up`
    return text({ level: 'warn', time: new Date().toISOString(), msg })
  }

  const sink = {
    write(line: string) {
      // The names and values of pino's own stay whole: a log with a password like `info` must remain readable.
      const { level, time, msg, ...fields } = JSON.parse(line)
      stream.write(text({ level, time, msg: maskDeep(msg, mask), ...(maskDeep(fields, mask) as object) }))
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
  return Object.assign(logger, { mask: mask.add, flushed: stream.flushed })
}
