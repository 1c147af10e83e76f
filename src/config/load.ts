/** A configuration file -> Settings. */
import { createReadStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { MAX_BYTES } from './bounded-yaml.js'
import { parseConfig } from './parse.js'
import { type ConfigCode, ConfigError, inOrder } from './problem.js'
import { resolveReferences } from './resolve.js'
import { toSettings } from './to-settings.js'

/**
 * Reads, checks and resolves the file at `path`; the result is frozen. Relative paths in it begin at its folder.
 * Throws FW_CONFIG_MISSING when it cannot be read, else a ConfigError with everything that is wrong.
 */
export async function loadConfig(path: string, env: NodeJS.ProcessEnv = process.env): Promise<Settings> {
  const parsed = parseConfig(await readConfigText(path))
  if (!parsed.config) throw new ConfigError(path, parsed.problems)
  const folder = dirname(resolve(path))
  const { resolved, findings } = await resolveReferences(parsed.config, folder, env)
  if (findings.length > 0) throw new ConfigError(path, inOrder(findings.map(parsed.problemAt)))
  return toSettings(parsed.config, resolved, folder)
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
