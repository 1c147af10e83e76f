/** A configuration file -> Settings. */
import { createReadStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { MAX_BYTES } from './bounded-yaml.js'
import { type ParsedConfig, parseConfig } from './parse.js'
import { type ConfigCode, ConfigError, type ConfigProblem, inOrder } from './problem.js'
import { resolveReferences } from './resolve.js'
import { toSettings } from './to-settings.js'
import { camerasAtFault, type LeftOutCamera, leftOutCamera } from './tolerate.js'

/**
 * Reads, checks and resolves the file at `path`; the result is frozen. Relative paths in it begin at its folder. `tolerant`:
 * cameras that alone have mistakes are left out, and named in `leftOut`, as long as one is left.
 * Throws FW_CONFIG_MISSING when it cannot be read, else a ConfigError with everything that is wrong.
 */
export async function loadConfig(
  path: string,
  env: NodeJS.ProcessEnv = process.env,
  { tolerant = false } = {},
): Promise<Settings> {
  const text = await readConfigText(path)
  const without = new Set<number>()
  const leftOut: LeftOutCamera[] = []
  for (;;) {
    const { parsed, settings, problems } = await attempt(text, path, env, without)
    if (settings) return leftOut.length === 0 ? settings : Object.freeze({ ...settings, leftOut })
    const faulty = tolerant ? camerasAtFault(problems) : undefined
    // no camera at fault that is not left out already, or none would be left: the file cannot be used
    if (!faulty || faulty.size === 0 || parsed.cameras <= without.size + faulty.size)
      throw new ConfigError(path, problems)
    for (const place of faulty) {
      without.add(place)
      leftOut.push(leftOutCamera(parsed.idOf(place), place, problems))
    }
  }
}

interface Attempt {
  readonly parsed: ParsedConfig
  readonly settings?: Settings
  readonly problems: readonly ConfigProblem[]
}

async function attempt(
  text: string,
  path: string,
  env: NodeJS.ProcessEnv,
  without: ReadonlySet<number>,
): Promise<Attempt> {
  const parsed = parseConfig(text, without)
  if (!parsed.config) return { parsed, problems: parsed.problems }
  const folder = dirname(resolve(path))
  const { resolved, findings } = await resolveReferences(parsed.config, folder, env)
  if (findings.length > 0) return { parsed, problems: inOrder(findings.map(parsed.problemAt)) }
  return { parsed, settings: toSettings(parsed.config, resolved, folder), problems: [] }
}

/** The text of the file at `path`. Throws FW_CONFIG_MISSING, FW_CONFIG_SIZE, or FW_CONFIG_SYNTAX when it is not UTF-8. */
export async function readConfigText(path: string): Promise<string> {
  const bytes = await firstBytes(path, MAX_BYTES + 1).catch((error: NodeJS.ErrnoException) => {
    throw new FwError('FW_CONFIG_MISSING', `${path}: ${REASONS[error.code ?? ''] ?? error.code}`, { cause: error })
  })
  if (bytes.length > MAX_BYTES) throw ofWholeFile(path, 'FW_CONFIG_SIZE', 'the file is larger than 512 KiB')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw ofWholeFile(path, 'FW_CONFIG_SYNTAX', 'the file is not UTF-8 text', { cause })
  }
}

/** A stream and no `readFile`: a device or a pipe may never end. */
async function firstBytes(path: string, count: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: count - 1 })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function ofWholeFile(path: string, code: ConfigCode, text: string, options?: { cause: unknown }): ConfigError {
  return new ConfigError(path, [{ code, line: 1, column: 1, path: '', text }], options)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a folder',
}
