/** Signatures of bundles: ed25519 (RFC 8032) over the manifest without its `signature`, keys sorted, no spaces. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FwError } from '../core/errors.js'
import type { Manifest } from './manifest.js'

/** Folder of PEM public keys whose bundles are trusted; FRAMEWARDEN_MODEL_KEYS names another. */
const KEYS_DIR = '/etc/framewarden/model-keys'

/** The bytes that are signed. Numbers and strings as JSON.stringify writes them, members in code unit order (RFC 8785 3.2.3). */
export function signedBytes(manifest: object): Buffer {
  const { signature: _, ...rest } = manifest as { signature?: unknown }
  return Buffer.from(canonical(rest), 'utf8')
}

/** The first 16 hex digits of sha256 over the key's SubjectPublicKeyInfo; `signature.key` in a manifest. */
export function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)
}

/** Trusted keys by id: `publicKey` (PEM) and those in the folder, if there is one. Throws FW_MODEL_KEY. */
export function trustedKeys(publicKey?: string): ReadonlyMap<string, KeyObject> {
  const own = publicKey === undefined ? [] : [publicKeyOf(publicKey, 'models.public_key')]
  return new Map([...own, ...keysInFolder()].map((key) => [keyId(key), key]))
}

function keysInFolder(dir = process.env.FRAMEWARDEN_MODEL_KEYS ?? KEYS_DIR): readonly KeyObject[] {
  let names: string[]
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.pem'))
  } catch {
    return [] // no folder: nobody is trusted by it, which only matters where a signature is required
  }
  return names.map((name) => publicKeyOf(readFileSync(join(dir, name), 'utf8'), join(dir, name)))
}

function publicKeyOf(pem: string, where: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
    throw new Error(`a key for ${key.asymmetricKeyType}`)
  } catch (cause) {
    throw new FwError('FW_MODEL_KEY', `${where}: ${(cause as Error).message}`, { cause })
  }
}

/**
 * The id of the trusted key that signed it, undefined if none did. Throws FW_MODEL_SIGNATURE if a trusted key's signature is wrong, or if one is required and none by a trusted key is there.
 * `raw` is the manifest as parsed from JSON, before any key was left out.
 */
export function checkSignature(
  raw: object,
  manifest: Manifest,
  options: { required: boolean; keys: ReadonlyMap<string, KeyObject> },
): string | undefined {
  const { signature, name } = manifest
  const key = signature && options.keys.get(signature.key)
  if (signature && key) {
    if (verify(null, signedBytes(raw), key, Buffer.from(signature.value, 'base64'))) return signature.key
    throw new FwError('FW_MODEL_SIGNATURE', `bundle ${name}: the signature by key ${signature.key} does not match`)
  }
  if (!options.required) return undefined
  const what = signature ? `signed by unknown key ${signature.key}` : 'not signed'
  throw new FwError('FW_MODEL_SIGNATURE', `bundle ${name}: ${what}, models.require_signature is on`)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
  return `{${members.join(',')}}`
}
