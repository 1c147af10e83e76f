/** YAML text -> checked configuration, or everything that is wrong with it. Pure: no file, no environment, no secret. */
import { isMap, withDefaults } from './camera-defaults.js'
import { readDocument, type SourceDocument } from './document.js'
import { type ConfigFinding, findingsOf } from './issue-text.js'
import { type ConfigProblem, inOrder, pathText } from './problem.js'
import { brokenRules } from './rules.js'
import { type Config, configSchema } from './schema.js'
import type { Path } from './schema-walk.js'
import { tooManyIn } from './too-many.js'

/** `config` is there when `problems` is empty. `problemAt` places what a later step finds wrong at a path. */
export interface ParsedConfig {
  readonly config?: Config
  /** Of the camera at each place in the file, as far as it can be read. */
  idOf(place: number): unknown
  /** How many cameras the file lists. */
  readonly cameras: number
  readonly problems: readonly ConfigProblem[]
  problemAt(finding: ConfigFinding): ConfigProblem
}

/**
 * Checks `text`; never throws. All problems come at once, in the file's order, each once. `without`: places of cameras that are
 * taken for not there.
 */
export function parseConfig(text: string, without: ReadonlySet<number> = new Set()): ParsedConfig {
  const source = readDocument(text)
  const all = isMap(source.raw) && Array.isArray(source.raw.cameras) ? source.raw.cameras : []
  const kept = [...all.keys()].filter((place) => !without.has(place))
  const problemAt = (finding: ConfigFinding) => placed(source, inFile(finding, kept))
  const idOf = (place: number): unknown => (isMap(all[place]) ? all[place].id : undefined)
  const problems: ConfigProblem[] = source.problems.map((problem) => ({ ...problem, path: '' }))
  if (source.raw === undefined) return { problems: inOrder(problems), problemAt, idOf, cameras: all.length }
  const tooMany = tooManyIn(source.raw)
  if (tooMany) return { problems: inOrder([...problems, problemAt(tooMany)]), problemAt, idOf, cameras: all.length }
  const raw = withDefaults(
    without.size === 0 ? source.raw : { ...Object(source.raw), cameras: kept.map((place) => all[place]) },
  )
  const result = configSchema.safeParse(raw)
  const issues = result.success ? [] : result.error.issues
  const findings = [
    ...issues.flatMap((issue) => findingsOf(issue, valueAt(raw, issue.path as Path))),
    ...brokenRules(raw),
  ]
  const found = [...problems, ...findings.map(problemAt)]
  return {
    config: found.length === 0 ? result.data : undefined,
    problems: inOrder(found),
    problemAt,
    idOf,
    cameras: all.length,
  }
}

/** `finding` of a list that holds the cameras at the places `kept`, as one of the file. */
function inFile(finding: ConfigFinding, kept: readonly number[]): ConfigFinding {
  const [top, place, ...rest] = finding.path
  if (top !== 'cameras' || typeof place !== 'number') return finding
  return { ...finding, path: [top, kept[place] ?? place, ...rest] }
}

/** A camera's value that stands under `defaults:` is placed, and named, there. */
function placed(source: SourceDocument, finding: ConfigFinding): ConfigProblem {
  const fallback: Path = ['defaults', ...finding.path.slice(2)]
  const inDefaults = finding.path[0] === 'cameras' && finding.path.length > 2 && !source.has(finding.path)
  const path = inDefaults && source.has(fallback) ? fallback : finding.path
  const position = finding.atKey ? source.keyPosition(path) : source.valuePosition(path)
  return { code: finding.code, ...position, path: pathText(path), text: finding.text(path) }
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step]
  return value
}
