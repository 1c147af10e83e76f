/** Secrets by reference: looked up when the configuration is loaded, listed for masking. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { SecretRef, Settings } from '../core/settings.js'

/** A secret, or why there is none; the text names the reference only. */
export type Looked = { readonly value: string } | { readonly problem: string }

/**
 * Looks `ref` up: a variable of `env`, a file (relative to `folder`, without its last line end), or a credential of
 * systemd in $CREDENTIALS_DIRECTORY.
 */
export async function lookUp(ref: SecretRef, folder: string, env: NodeJS.ProcessEnv): Promise<Looked> {
  if ('env' in ref) return checked(env[ref.env], `{ env: ${ref.env} }`, 'is not set')
  if ('file' in ref) return fromFile(resolve(folder, ref.file), `{ file: ${ref.file} }`)
  const name = `{ credential: ${ref.credential} }`
  const directory = env.CREDENTIALS_DIRECTORY
  if (!directory)
    return { problem: `${name}: $CREDENTIALS_DIRECTORY is not set; systemd sets it for the service alone` }
  return fromFile(resolve(directory, ref.credential), name)
}

/** Every secret in `settings`, for a log to mask. */
export function secretsOf(settings: Settings): string[] {
  const ofCameras = settings.cameras.flatMap(({ password, restream }) => [password, restream.password])
  const ofWebhooks = settings.webhooks.map(({ secret }) => secret)
  const secrets = [settings.mqtt?.password, settings.mqtt?.key, settings.http.token, ...ofWebhooks, ...ofCameras]
  return [...new Set(secrets.filter((secret) => secret !== undefined))]
}

async function fromFile(path: string, name: string): Promise<Looked> {
  try {
    return checked((await readFile(path, 'utf8')).replace(/\r?\n$/, ''), name, '')
  } catch (error) {
    return { problem: `${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` }
  }
}

function checked(value: string | undefined, name: string, ifMissing: string): Looked {
  if (value === undefined) return { problem: `${name} ${ifMissing}` }
  return value === '' ? { problem: `${name} is empty` } : { value }
}
