/** Follows the references of a checked configuration: secrets and PEM files, all of them before it complains. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { SecretRef } from '../core/settings.js'
import { about, type ConfigFinding } from './issue-text.js'
import type { Config } from './schema.js'
import type { Path } from './schema-walk.js'
import { lookUp } from './secrets.js'

/** What stood behind the references; a camera's by its place in the list. */
export interface Resolved {
  readonly mqtt: { readonly password?: string; readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly models?: { readonly publicKey?: string }
  readonly webhooks?: readonly { readonly secret?: string }[]
  readonly http?: { readonly token?: string }
  readonly cameras: readonly (ServerLogin & { readonly restream?: ServerLogin })[]
}

/** What opens a server to us: the password, and the PEM of the authorities that may sign its certificate. */
interface ServerLogin {
  readonly password?: string
  readonly ca?: string
}

/** Reads what `config` refers to, relative to `folder`; `findings` says what cannot be had. */
export async function resolveReferences(
  config: Config,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ resolved: Resolved; findings: readonly ConfigFinding[] }> {
  const findings: ConfigFinding[] = []

  async function secret(ref: SecretRef | undefined, path: Path): Promise<string | undefined> {
    if (!ref) return undefined
    const looked = await lookUp(ref, folder, env)
    if ('value' in looked) return looked.value
    findings.push({ code: 'FW_CONFIG_SECRET', path, atKey: true, text: about(looked.problem) })
    return undefined
  }

  async function pem(file: string | undefined, path: Path): Promise<string | undefined> {
    if (file === undefined) return undefined
    const text = await readFile(resolve(folder, file), 'utf8').catch((error: NodeJS.ErrnoException) => error)
    if (typeof text === 'string' && text.includes('-----BEGIN ')) return text
    const why = typeof text === 'string' ? 'is no PEM file' : `cannot be read: ${text.code}`
    findings.push({ code: 'FW_CONFIG_VALUE', path, atKey: false, text: about(`${resolve(folder, file)} ${why}`) })
    return undefined
  }

  const broker = config.mqtt
  const mqtt = {
    password: await secret(broker?.password, ['mqtt', 'password']),
    ca: await pem(broker?.ca, ['mqtt', 'ca']),
    cert: await pem(broker?.cert, ['mqtt', 'cert']),
    key:
      typeof broker?.key === 'object'
        ? await secret(broker.key, ['mqtt', 'key'])
        : await pem(broker?.key, ['mqtt', 'key']),
  }
  const models = { publicKey: await pem(config.models.public_key, ['models', 'public_key']) }
  const http = { token: await secret(config.http.token, ['http', 'token']) }
  const webhooks = []
  for (const [i, webhook] of config.webhooks.entries()) {
    webhooks.push({ secret: await secret(webhook.secret, ['webhooks', i, 'secret']) })
  }
  const cameras = []
  for (const [i, camera] of config.cameras.entries()) {
    const login = async (from: typeof camera | typeof camera.restream, path: Path) => ({
      password: await secret(from.password, [...path, 'password']),
      ca: await pem(from.ca, [...path, 'ca']),
    })
    const path = ['cameras', i]
    cameras.push({ ...(await login(camera, path)), restream: await login(camera.restream, [...path, 'restream']) })
  }
  return { resolved: { mqtt, models, http, webhooks, cameras }, findings }
}
