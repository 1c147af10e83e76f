/** The key table within the width of a terminal. */
const INDENT = '    '
/** Below this, the terminal breaks lines better than we do. */
const LEAST = 40

/** `text` with its indented paragraphs wrapped to `columns`; as it is when `columns` is not known: a file or a pipe. */
export function withinColumns(text: string, columns: number | undefined): string {
  if (columns === undefined) return text
  const limit = Math.max(LEAST, columns)
  return text.replace(/^ {4}\S.*(?:\n {4}\S.*)*/gm, (paragraph) => wrapped(paragraph.trim().split(/\s+/), limit))
}

function wrapped(words: readonly string[], limit: number): string {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= limit) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(INDENT + word)
  }
  return lines.join('\n')
}
