/** Every TypeScript source of the package, and of what stands beside it, as the house rules look at it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

export interface Source {
  /** Under the repository's root. */
  readonly path: string
  readonly room: string
  readonly text: string
  readonly imports: readonly string[]
}

export function sources(): Source[] {
  return ['src', 'bench', 'tools'].flatMap(typescriptUnder).map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const found = text.matchAll(/(?:from\s+|import\s*\(\s*|^import\s+)'([^']+)'/gm)
    return { path, room: roomOf(path), text, imports: [...found].map((m) => m[1]!) }
  })
}

function typescriptUnder(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return []
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name))
}

/** `src/core/x.ts` -> core, `src/main.ts` -> main, `bench/x.ts` -> bench, `tools/street/x.ts` -> tools/street. */
export function roomOf(path: string): string {
  const folder = dirname(path).split('/')
  if (folder[0] === 'src') return folder[1] ?? 'main'
  return folder.slice(0, folder[0] === 'tools' ? 2 : 1).join('/')
}

/** Path of a relative import under the repository's root, .ts. */
export function target(source: Source, name: string): string {
  return join(dirname(source.path), name).replace(/\.js$/, '.ts')
}
