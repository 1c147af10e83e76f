/**
 * Which test files are unit tests, by rule and not by list: those that reach nothing below by static imports, their own, their
 * fixtures' and those of the code they test. What is loaded on demand by `import()` does not count: a unit test never asks for it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Processes, threads, networks of either kind, servers. */
const HEAVY = [
  'node:child_process',
  'node:worker_threads',
  'node:net',
  'node:tls',
  'node:http',
  'node:https',
  'onnxruntime-node',
  'mqtt',
  'aedes',
]
const STATIC_IMPORT = /^(?:import|export)\s+(?!type\s)(?:([^'"]*?)\s+from\s+)?'([^']+)'/gm
/** node:net also says what an IP address is, which is plain computation. */
const HARMLESS = /^\{\s*isIP\s*\}$/

/** Paths of the unit tests below `folder`, relative to it, sorted. */
export function unitTests(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && heavyImport(join(folder, path)) === undefined)
    .sort()
}

/** Why the test file at `path` is no unit test: `file imports module`; undefined for a unit test. */
export function heavyImport(path: string, seen = new Set<string>()): string | undefined {
  seen.add(path)
  for (const [, clause, name] of readFileSync(path, 'utf8').matchAll(STATIC_IMPORT)) {
    if (HEAVY.includes(name!) && !HARMLESS.test(clause ?? '')) return `${path} imports ${name}`
    if (!name!.startsWith('.')) continue
    const next = resolve(dirname(path), name!.replace(/\.js$/, '.ts'))
    const found = seen.has(next) || !existsSync(next) ? undefined : heavyImport(next, seen)
    if (found !== undefined) return found
  }
  return undefined
}
