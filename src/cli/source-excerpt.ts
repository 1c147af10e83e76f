/** The line of a file that a problem points at, with a caret, for a terminal. */
import type { ConfigProblem } from '../config/problem.js'

const WIDTH = 100
/** What may stand beside a secret. A line in doubt is not shown. */
const SECRET_NEAR = /pas|word|pwd|secret|token|cred|key|@/i
/** A quoted or block text that is cut off goes on below the key that says what it is. */
const LINES_ABOVE = 3

/** Two lines, source and caret; undefined where the line, or for bad syntax one just above it, may hold a secret. */
export function sourceExcerpt(source: string, problem: ConfigProblem): string | undefined {
  const lines = source.split(/\r?\n/)
  const above = problem.code === 'FW_CONFIG_SYNTAX' ? LINES_ABOVE : 0
  const near = lines.slice(Math.max(0, problem.line - 1 - above), problem.line)
  const line = near.at(-1)
  if (problem.code === 'FW_CONFIG_SECRET' || line === undefined || near.some((text) => SECRET_NEAR.test(text)))
    return undefined
  const from = Math.max(0, problem.column - 1 - WIDTH / 2)
  const shown = line.slice(from, from + WIDTH).replace(/[\p{Cc}\p{Bidi_C}]/gu, ' ')
  const number = String(problem.line)
  return `  ${number} | ${shown}\n  ${' '.repeat(number.length)} | ${' '.repeat(problem.column - 1 - from)}^`
}
