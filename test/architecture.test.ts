/** House rules as tests: directions of import, no cycles, a pure core (ARCHITECTURE.md: Rooms). */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, roomOf, sources, target } from './architecture/sources.js'

/** What each room of src/ may import besides itself and core/. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  config: [],
  log: [],
  files: [],
  control: ['files'],
  baselines: ['files'],
  bundles: ['files'],
  incidents: ['files'],
  camera: [],
  inference: [],
  evidence: [],
  delivery: ['files'],
  status: ['files'],
  guard: ['baselines', 'bundles', 'camera', 'inference', 'evidence'],
  daemon: ['config', 'control', 'delivery', 'files', 'incidents', 'log', 'status'],
  demo: ['camera', 'config', 'evidence', 'status'],
  scan: ['baselines', 'camera', 'config', 'evidence', 'files', 'inference'],
  evaluate: ['camera', 'config', 'inference'],
  calibrate: ['baselines', 'camera', 'files', 'inference'],
  doctor: ['camera', 'config', 'delivery', 'inference'],
  cli: [
    'bundles',
    'calibrate',
    'camera',
    'config',
    'control',
    'daemon',
    'delivery',
    'demo',
    'doctor',
    'evaluate',
    'files',
    'incidents',
    'inference',
    'log',
    'scan',
    'status',
  ],
  library: ['config', 'inference', 'scan'],
  main: ['cli'],
}
/** The same for what is not in the package; no room of src/ imports these. */
const BESIDE: Record<string, readonly string[]> = {
  bench: ['camera', 'config', 'demo', 'inference', 'status'],
  'tools/fleet': ['daemon', 'delivery'],
  'tools/package': [],
  'tools/decision': ['calibrate', 'camera', 'config', 'inference', 'tools/statistics'],
  'tools/level': ['config', 'inference'],
  'tools/street': ['demo'],
  'tools/statistics': [],
  'tools/tamper': ['camera', 'config', 'tools/statistics'],
}
/** Node modules of the core that are plain computation. */
const CORE_MODULES = ['node:url']

const all = sources()

test('a room imports only core and the rooms it may join', () => {
  const wrong: string[] = []
  for (const source of all) {
    const allowed = { ...ALLOWED, ...BESIDE }[source.room]
    if (!allowed) {
      wrong.push(`${source.path}: unknown room`)
      continue
    }
    for (const name of source.imports.filter((n) => n.startsWith('.'))) {
      const other = target(source, name)
      const room = roomOf(other)
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
  const wrong = all.flatMap((s) =>
    [...s.text.matchAll(/\b[\w./-]+\.md\b|\b(?:DESIGN|PAPER|STYLE)\b/g)]
      .filter(([name]) => !existsSync(join(ROOT, name)))
      .map(([name]) => `${s.path}: ${name}`),
  )
  expect(wrong).toEqual([])
})

test('what src/ imports is a dependency, and each dependency is imported', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object }
  const called = /createRequire\(import\.meta\.url\)\('([^']+)'\)/g
  const names = all
    .filter((s) => s.path.startsWith('src/'))
    .flatMap((s) => [...s.imports, ...[...s.text.matchAll(called)].map((m) => m[1]!)])
    .filter((name) => /^@?[a-z]/.test(name) && !name.startsWith('node:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
  expect([...new Set(names)].sort()).toEqual(Object.keys(dependencies).sort())
})
