/** Every key of the configuration as text for a terminal. */
import { allKeys, defaultOf, isRequired, type Key, takesOf } from './schema-walk.js'

const HEAD = ['KEY', 'DEFAULT', 'RELOAD'] as const
const WIDTH = 100

/** Keys at or below `under` (`cameras.timeouts`; all when not given): name, default, effect, then what it is and takes. */
export function keyTable(under?: string): string | undefined {
  const keys = allKeys().filter((key) => under === undefined || `${nameOf(key)}.`.startsWith(`${under}.`))
  if (keys.length === 0) return undefined
  const rows = [HEAD, ...keys.map((key) => [nameOf(key), defaultText(key), key.meta.effect] as const)]
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length)) + 2
  const [first, second] = [width(0), width(1)]
  const lines = rows.flatMap(([name, value, effect], i) => {
    const head = `${name.padEnd(first)}${value.padEnd(second)}${effect}`
    return i === 0 ? [head] : [head, ...wrapped(textOf(keys[i - 1]!))]
  })
  return lines.join('\n')
}

/** The names that `keyTable` knows: each key and each section. */
export function keyNames(): string[] {
  const names = allKeys().flatMap((key) => key.path.map((_, depth) => key.path.slice(0, depth + 1).join('.')))
  return [...new Set(names)]
}

function nameOf(key: Key): string {
  return key.path.join('.')
}

function defaultText(key: Key): string {
  if (isRequired(key.schema)) return 'required'
  const value = defaultOf(key.schema)
  return value === undefined ? '-' : String(value)
}

function textOf({ meta, schema, path }: Key): string {
  const inUnit = meta.unit && !['duration', 'size'].includes(meta.unit) ? ` (${meta.unit})` : ''
  return `${meta.description} Takes ${takesOf({ meta, schema, path })}${inUnit}.`
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`    ${word}`)
  }
  return lines
}
