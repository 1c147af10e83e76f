/** Where a program of ours lies that runs in a process or thread of its own. */
import { fileURLToPath } from 'node:url'

/**
 * Path of `relative` (a .js name, as in an import) seen from `from` (an import.meta.url).
 * Sources run by the test runner start the built program: processes and threads always run dist/.
 */
export function programPath(relative: string, from: string): string {
  const path = fileURLToPath(new URL(relative, from))
  if (!from.endsWith('.ts')) return path
  const at = path.lastIndexOf('/src/')
  return `${path.slice(0, at)}/dist/${path.slice(at + 5)}`
}
