/** What is wrong with a configuration, and where. */
import { FwError, REMEDIES } from '../core/errors.js'
import { printable } from '../core/printable.js'
import type { Path } from './schema-walk.js'

export type ConfigCode =
  | 'FW_CONFIG_MISSING'
  | 'FW_CONFIG_SIZE'
  | 'FW_CONFIG_SYNTAX'
  | 'FW_CONFIG_KEY'
  | 'FW_CONFIG_VALUE'
  | 'FW_CONFIG_SECRET'

/** Line and column from 1. `path` as written: `cameras[0].timeouts.stall`, empty for the whole file. `text` is one clause. */
export interface ConfigProblem {
  readonly code: ConfigCode
  readonly line: number
  readonly column: number
  readonly path: string
  readonly text: string
}

/** A configuration that cannot be used, with everything found wrong in it; at least one problem, in the file's order. */
export class ConfigError extends FwError {
  readonly file: string
  readonly problems: readonly ConfigProblem[]

  constructor(file: string, problems: readonly ConfigProblem[], options?: { cause?: unknown }) {
    const first = problems[0]!
    const more = problems.length - 1
    const rest = more === 0 ? '' : `; and ${more} more problem${more === 1 ? '' : 's'}`
    super(first.code, `${file}:${first.line}:${first.column}: ${first.text}${rest}`, options)
    this.name = 'ConfigError'
    this.file = file
    this.problems = problems
  }
}

/** `FILE:4:5: FW_CODE: text. Remedy.`; nothing in it steers a terminal. */
export function problemLine(file: string, problem: ConfigProblem): string {
  const stop = problem.text.endsWith('?') ? '' : '.'
  const place = `${printable(file)}:${problem.line}:${problem.column}`
  return `${place}: ${problem.code}: ${printable(problem.text)}${stop} ${REMEDIES[problem.code]}`
}

/** `cameras[0].timeouts.stall` */
export function pathText(path: Path): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

/** More is nothing that a person mends one by one. */
const SHOWN = 100

/**
 * In the file's order, each thing once: a wrong default is wrong in every camera, but written once. Of many the first
 * 100, and a last one that says how many are left out.
 */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const byText = new Map(problems.map((problem) => [`${problem.line}:${problem.column}:${problem.text}`, problem]))
  const sorted = [...byText.values()].sort((a, b) => a.line - b.line || a.column - b.column)
  const left = sorted.slice(SHOWN)
  if (left.length === 0) return sorted
  const text = `and ${left.length} more from here on; mend those above first`
  return [...sorted.slice(0, SHOWN), { ...left[0]!, path: '', text }]
}
