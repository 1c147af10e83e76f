/** Functions of a source as the formatter writes them: the line that closes one begins as its first line does. */

export interface FunctionLines {
  /** First line, from 1, and its text. */
  readonly line: number
  readonly text: string
  /** From its first line to the one that closes it. */
  readonly length: number
  /** Why it is that long, from the comment above it; undefined: not said. */
  readonly reason: string | undefined
}

/** Opens a body: `=> {`, `) {`, `): Type {`; not what a keyword opens. */
const OPENS = /(?:=>|\)|\): .+) \{$/
const KEYWORD = /^\s*(?:\} )?(?:else )?(?:if|for|while|switch|catch|with)\b/
const REASON = /Long because (.+?)(?: \*\/)?$/m

/** All functions, arrow functions and methods with a body of more than one line, in their order; nested ones, too. */
export function functionsOf(source: string): FunctionLines[] {
  const lines = source.split('\n')
  const found: FunctionLines[] = []
  for (const [at, line] of lines.entries()) {
    if (!OPENS.test(line) || KEYWORD.test(line)) continue
    const indent = /^ */.exec(line)![0]
    const begins = (other: string) => other.startsWith(indent) && /[^ )]/.test(other[indent.length] ?? ' ')
    const first = line.startsWith(`${indent})`) ? lines.findLastIndex((other, i) => i < at && begins(other)) : at
    const last = lines.findIndex((other, i) => i > at && other.startsWith(`${indent}}`))
    const reason = REASON.exec(commentAbove(lines, first))?.[1]
    found.push({ line: first + 1, text: lines[first]!.trim(), length: last - first + 1, reason })
  }
  return found
}

function commentAbove(lines: readonly string[], first: number): string {
  let from = first
  while (from > 0 && /^\s*(?:\/\*\*|\*|\/\/)/.test(lines[from - 1]!)) from--
  return lines.slice(from, first).join('\n')
}
