/** Signing a bundle: its maker's ed25519 key over the manifest, which holds the hashes of all files. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FwError } from '../core/errors.js'
import { keyId, signedBytes } from './signature.js'

/** The manifest of the bundle in `dir` with a signature by `key` (an ed25519 private key), as text; nothing is written. */
export async function signedManifest(dir: string, key: KeyObject): Promise<string> {
  const text = await readFile(join(dir, 'manifest.json'), 'utf8')
  const manifest = JSON.parse(text) as object
  const value = sign(null, signedBytes(manifest), key).toString('base64')
  const signature = { algorithm: 'ed25519', key: keyId(createPublicKey(key)), value }
  const indent = /^\{\n( +)/.exec(text)?.[1] ?? ' '
  return `${JSON.stringify({ ...manifest, signature }, null, indent)}\n`
}

/** Reads a PEM (`openssl genpkey -algorithm ed25519`). Throws FW_MODEL_KEY where it is no ed25519 private key. */
export async function readSigningKey(path: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(path))
    if (key.asymmetricKeyType === 'ed25519') return key
    throw new Error(`a key for ${key.asymmetricKeyType}`)
  } catch (cause) {
    throw new FwError('FW_MODEL_KEY', `${path}: ${(cause as Error).message}`, { cause })
  }
}
