/** A YAML 1.2 text with the place of every key and value in it. */
import { type Document, isAlias, isMap, isSeq, LineCounter, type Node } from 'yaml'
import { parseBounded } from './bounded-yaml.js'
import { plainValue } from './plain-value.js'
import type { Path } from './schema-walk.js'
import { TooMuch } from './too-much.js'
import { type Links, linksOf } from './yaml-links.js'
import { syntaxText } from './yaml-syntax.js'

/** Both from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface SyntaxProblem extends Position {
  readonly code: 'FW_CONFIG_SYNTAX' | 'FW_CONFIG_KEY' | 'FW_CONFIG_SIZE'
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

type Places = (offset: number) => Position

/** Reads `text`; never throws. A key given twice is a problem that leaves the rest to be checked. */
export function readDocument(text: string): SourceDocument {
  const lines = new LineCounter()
  const at: Places = (offset) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  try {
    return sourceOf(parseBounded(text, lines), at)
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error
    const { code, message, offset } = error
    const start = () => at(0)
    const problems = [{ code, text: message, ...at(offset) }]
    return { raw: undefined, problems, has: () => false, valuePosition: start, keyPosition: start }
  }
}

function sourceOf(doc: Document.Parsed, at: Places): SourceDocument {
  const links = linksOf(doc)
  const mistakes = links.mistakes.map(({ code, node }) => ({ code, pos: node.range! }))
  const problems = [...doc.errors, ...doc.warnings, ...mistakes].map(
    ({ code, pos }): SyntaxProblem => ({
      code: code === 'DUPLICATE_KEY' ? 'FW_CONFIG_KEY' : 'FW_CONFIG_SYNTAX',
      text: syntaxText(code),
      ...at(pos[0]),
    }),
  )
  const legible = problems.every((problem) => problem.code === 'FW_CONFIG_KEY')
  const start = (node: Node | null | undefined) => at(node?.range?.[0] ?? 0)
  return {
    raw: legible ? (plainValue(doc.contents, links) ?? {}) : undefined,
    problems,
    has: (path) => find(doc, links, path).depth === path.length,
    valuePosition: (path) => start(find(doc, links, path).value),
    keyPosition: (path) => {
      const found = find(doc, links, path)
      return start(found.depth === path.length && found.key ? found.key : found.value)
    },
  }
}

/** Follows `path` as far as it goes. */
function find(doc: Document.Parsed, links: Links, path: Path): { value: Node | null; key?: Node; depth: number } {
  let value: Node | null = doc.contents
  let key: Node | undefined
  for (const [depth, step] of path.entries()) {
    const holder: Node | null | undefined = isAlias(value) ? links.target(value) : value
    const next = holder && entry(holder, links, step)
    if (!next) return { value, depth }
    value = next.value
    key = next.key
  }
  return { value, key, depth: path.length }
}

function entry(holder: Node, links: Links, step: string | number): { value: Node | null; key?: Node } | undefined {
  if (isSeq<Node>(holder) && typeof step === 'number') {
    const value = holder.items[step]
    return value && { value }
  }
  const pair = isMap(holder) ? links.entries(holder).get(String(step)) : undefined
  return pair && { value: pair.value ?? pair.key, key: pair.key }
}
