/** House rules as tests: directions of import, no cycles, a pure core (ARCHITECTURE.md: Rooms). */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')
/** What each room may import besides itself and core/. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  config: [],
  log: [],
  camera: [],
  inference: [],
  evidence: [],
  delivery: [],
  status: [],
  guard: ['camera', 'inference', 'evidence'],
  daemon: ['config', 'delivery', 'log', 'status'],
  demo: ['camera', 'config', 'evidence', 'status'],
  bench: ['camera', 'config', 'inference', 'status', 'demo'],
  scan: ['camera', 'evidence', 'inference'],
  evaluate: ['camera', 'inference'],
  doctor: ['camera', 'config', 'delivery', 'inference'],
  cli: ['camera', 'config', 'daemon', 'delivery', 'demo', 'doctor', 'evaluate', 'inference', 'log', 'scan', 'status'],
  main: ['cli'],
}
/** Node modules of the core that are plain computation. */
const CORE_MODULES = ['node:url']

interface Source {
  readonly path: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

function sources(): Source[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((p) => p.endsWith('.ts'))
  return paths.map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8')
    const found = text.matchAll(/(?:from\s+|import\s*\(\s*|^import\s+)'([^']+)'/gm)
    return {
      path,
      room: path.includes('/') ? path.split('/')[0]! : 'main',
      text,
      imports: [...found].map((m) => m[1]!),
    }
  })
}

/** Path under src/ of a relative import, .ts. */
function target(source: Source, name: string): string {
  return relative(SRC, resolve(SRC, dirname(source.path), name)).replace(/\.js$/, '.ts')
}

const all = sources()

test('a room imports only core and the rooms it may join', () => {
  const wrong: string[] = []
  for (const source of all) {
    const allowed = ALLOWED[source.room]
    if (!allowed) {
      wrong.push(`${source.path}: unknown room`)
      continue
    }
    for (const name of source.imports.filter((n) => n.startsWith('.'))) {
      const other = target(source, name)
      const room = other.includes('/') ? other.split('/')[0]! : 'main'
      if (room !== source.room && room !== 'core' && !allowed.includes(room)) wrong.push(`${source.path} -> ${other}`)
    }
  }
  expect(wrong).toEqual([])
})

test('no import cycles', () => {
  const edges = new Map(all.map((s) => [s.path, s.imports.filter((n) => n.startsWith('.')).map((n) => target(s, n))]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

test('core has no clock, no chance and no I/O', () => {
  const wrong: string[] = []
  for (const source of all.filter((s) => s.room === 'core')) {
    for (const name of source.imports) {
      if (!name.startsWith('.') && !CORE_MODULES.includes(name)) wrong.push(`${source.path} imports ${name}`)
    }
    const impure = source.text.match(
      /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|process\.|console\.|fetch\()/,
    )
    if (impure) wrong.push(`${source.path} uses ${impure[0]}`)
  }
  expect(wrong).toEqual([])
})

test('every relative import names an existing file with its .js suffix', () => {
  const paths = new Set(all.map((s) => s.path))
  const wrong = all.flatMap((s) =>
    s.imports.filter((n) => n.startsWith('.') && !paths.has(target(s, n))).map((n) => `${s.path}: ${n}`),
  )
  expect(wrong).toEqual([])
})

test('no default exports and no index files', () => {
  const wrong = all.filter((s) => /^export default/m.test(s.text) || s.path.endsWith('index.ts')).map((s) => s.path)
  expect(wrong).toEqual([])
})

test('a document that a comment names is in the repository', () => {
  const root = resolve(SRC, '..')
  const wrong = all.flatMap((s) =>
    [...s.text.matchAll(/\b[\w./-]+\.md\b|\b(?:DESIGN|PAPER|STYLE)\b/g)]
      .filter(([name]) => !existsSync(join(root, name)))
      .map(([name]) => `${s.path}: ${name}`),
  )
  expect(wrong).toEqual([])
})
