/** A YAML 1.2 text with the place of every key and value in it. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Path } from './schema-walk.js'
import { syntaxText } from './yaml-syntax.js'

/** Both from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface SyntaxProblem extends Position {
  readonly code: 'FW_CONFIG_SYNTAX' | 'FW_CONFIG_KEY'
  readonly text: string
}

export interface SourceDocument {
  /** Plain values; an empty map for an empty text. Undefined when the syntax leaves nothing to trust. */
  readonly raw: unknown
  readonly problems: readonly SyntaxProblem[]
  has(path: Path): boolean
  /** Where the value at `path` begins, else the nearest map or list above it. */
  valuePosition(path: Path): Position
  /** Where the key that ends `path` begins, else as `valuePosition`. */
  keyPosition(path: Path): Position
}

/** Reads `text`; never throws. A key given twice is a problem that leaves the rest to be checked. */
export function readDocument(text: string): SourceDocument {
  const lines = new LineCounter()
  const doc = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, stringKeys: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems = [...doc.errors, ...doc.warnings].map(
    (error): SyntaxProblem => ({
      code: error.code === 'DUPLICATE_KEY' ? 'FW_CONFIG_KEY' : 'FW_CONFIG_SYNTAX',
      text: syntaxText(error.code),
      ...at(error.pos[0]),
    }),
  )
  let raw: unknown
  if (problems.every((problem) => problem.code === 'FW_CONFIG_KEY')) {
    try {
      raw = doc.toJS() ?? {}
    } catch {
      // toJS refuses aliases that multiply beyond 100 nodes, the only thing that it throws for here.
      problems.push({ code: 'FW_CONFIG_SYNTAX', text: 'aliases repeat too much', line: 1, column: 1 })
    }
  }
  const start = (node: Node | null | undefined) => at(node?.range?.[0] ?? 0)
  return {
    raw,
    problems,
    has: (path) => find(doc, path).depth === path.length,
    valuePosition: (path) => start(find(doc, path).value),
    keyPosition: (path) => {
      const found = find(doc, path)
      return start(found.depth === path.length && found.key ? found.key : found.value)
    },
  }
}

/** Follows `path` as far as it goes. */
function find(doc: Document.Parsed, path: Path): { value: Node | null; key?: Node; depth: number } {
  let value: Node | null = doc.contents
  let key: Node | undefined
  for (const [depth, step] of path.entries()) {
    const holder: Node | null | undefined = isAlias(value) ? value.resolve(doc) : value
    const next = holder && entry(holder, step)
    if (!next) return { value, depth }
    value = next.value
    key = next.key
  }
  return { value, key, depth: path.length }
}

function entry(holder: Node, step: string | number): { value: Node | null; key?: Node } | undefined {
  if (isSeq<Node>(holder) && typeof step === 'number') {
    const value = holder.items[step]
    return value && { value }
  }
  if (!isMap<Node, Node | null>(holder)) return undefined
  const pair = holder.items.find((item) => isScalar(item.key) && String(item.key.value) === step)
  return pair && { value: pair.value ?? pair.key, key: pair.key }
}
