/** YAML text -> checked configuration, or everything that is wrong with it. Pure: no file, no environment, no secret. */
import { withDefaults } from './camera-defaults.js'
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
  readonly problems: readonly ConfigProblem[]
  problemAt(finding: ConfigFinding): ConfigProblem
}

/** Checks `text`; never throws. All problems come at once, in the file's order, each once. */
export function parseConfig(text: string): ParsedConfig {
  const source = readDocument(text)
  const problemAt = (finding: ConfigFinding) => placed(source, finding)
  const problems: ConfigProblem[] = source.problems.map((problem) => ({ ...problem, path: '' }))
  if (source.raw === undefined) return { problems: inOrder(problems), problemAt }
  const tooMany = tooManyIn(source.raw)
  if (tooMany) return { problems: inOrder([...problems, problemAt(tooMany)]), problemAt }
  const raw = withDefaults(source.raw)
  const result = configSchema.safeParse(raw)
  const issues = result.success ? [] : result.error.issues
  const findings = [
    ...issues.flatMap((issue) => findingsOf(issue, valueAt(raw, issue.path as Path))),
    ...brokenRules(raw),
  ]
  const all = [...problems, ...findings.map(problemAt)]
  return { config: all.length === 0 ? result.data : undefined, problems: inOrder(all), problemAt }
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
