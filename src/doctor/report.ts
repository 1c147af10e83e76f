/** What doctor found, for a person or a program. */
import { styleText } from 'node:util'
import { describe, type FwCode, FwError, REMEDIES } from '../core/errors.js'
import { printable } from '../core/printable.js'

/** `ok`: as it should be. `note`: works, could be better. `bad`: does not work. */
export type Level = 'ok' | 'note' | 'bad'

export interface Finding {
  readonly level: Level
  /** `ffmpeg`, `camera north-door` … */
  readonly subject: string
  readonly text: string
  readonly code?: FwCode
  /** What to do; undefined where nothing need be done. */
  readonly remedy?: string
}

export function ok(subject: string, text: string): Finding {
  return { level: 'ok', subject, text }
}

/** A lack by its code; the code's remedy unless a better one is known here. */
export function lack(
  level: 'note' | 'bad',
  subject: string,
  code: FwCode,
  text: string,
  remedy: string = REMEDIES[code],
): Finding {
  return { level, subject, text, code, remedy }
}

/** Runs a check; a coded error is what it found. */
export async function found(subject: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof FwError) return [lack('bad', subject, error.code, error.message)]
    return [lack('bad', subject, 'FW_INTERNAL', describe(error))]
  }
}

const COLOURS = { ok: 'green', note: 'yellow', bad: 'red' } as const

/** One line a finding, its remedy on the next; `colour` for a terminal. */
export function findingLines(findings: readonly Finding[], colour: boolean): string[] {
  const width = Math.max(...findings.map((f) => f.subject.length))
  return findings.flatMap((finding) => {
    const word = finding.level.padEnd(4)
    const level = colour ? styleText(COLOURS[finding.level], word, { validateStream: false }) : word
    const code = finding.code === undefined || finding.level === 'note' ? '' : `${finding.code}: `
    const line = `${level}  ${finding.subject.padEnd(width)}  ${code}${printable(finding.text)}`
    return finding.remedy === undefined ? [line] : [line, `${' '.repeat(width + 8)}-> ${printable(finding.remedy)}`]
  })
}
