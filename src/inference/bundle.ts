/** A model bundle: read once, checked whole, kept in memory. Sessions are made from the very bytes that were checked. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FwError } from '../core/errors.js'
import { type GraphSpec, type Manifest, type Precision, parseManifest } from './manifest.js'
import { checkSignature, trustedKeys } from './signature.js'

export interface Bundle {
  readonly dir: string
  readonly manifest: Manifest
  /** Of manifest.json, which holds the hashes of all files: it names the whole bundle. */
  readonly sha256: string
  /** Contents by key of `manifest.files`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Id of the trusted key whose signature is good; undefined: not signed, or by a key that is not known here. */
  readonly signedBy?: string
}

/** models/ of this installation, seen from src/inference/ and dist/inference/ alike. */
const MODELS_DIR = fileURLToPath(new URL('../../models', import.meta.url))

/** Folder of a bundle: a path if there is a slash in it, else models/<name> of this installation, whatever lies around here. */
export function findBundle(nameOrPath: string): string {
  return nameOrPath.includes('/') ? resolve(nameOrPath) : join(MODELS_DIR, nameOrPath)
}

/**
 * Reads and checks a bundle: manifest, then size and sha256 of each file, then the signature.
 * Throws FW_MODEL_MISSING, FW_MODEL_MANIFEST, FW_MODEL_HASH, FW_MODEL_SIGNATURE or FW_MODEL_KEY.
 */
export async function readBundle(
  dir: string,
  options: { requireSignature?: boolean; publicKey?: string } = {},
): Promise<Bundle> {
  const path = join(dir, 'manifest.json')
  const bytes = await read(path)
  const text = bytes.toString('utf8')
  const manifest = parseManifest(text, path)
  const { requireSignature: required = false, publicKey } = options
  const signedBy = checkSignature(JSON.parse(text), manifest, { required, keys: trustedKeys(publicKey) })
  const files = new Map<string, Uint8Array>()
  for (const [key, file] of Object.entries(manifest.files)) {
    const content = await read(join(dir, file.path))
    if (content.byteLength !== file.bytes) {
      throw new FwError('FW_MODEL_HASH', `${join(dir, file.path)}: ${content.byteLength} bytes, manifest ${file.bytes}`)
    }
    const hash = sha256(content)
    if (hash !== file.sha256) {
      throw new FwError('FW_MODEL_HASH', `${join(dir, file.path)}: sha256 ${hash}, manifest ${file.sha256}`)
    }
    files.set(key, content)
  }
  return { dir, manifest, sha256: sha256(bytes), files, signedBy }
}

/**
 * Bytes and key of the file that holds `graph` at a precision; `auto`: the bundle's choice, on a GPU not the INT8 one. TensorRT makes
 * FP16 of what it is given.
 */
export function graphFile(
  bundle: Bundle,
  graph: GraphSpec,
  precision: 'auto' | Precision,
  provider: string,
): { key: string; bytes: Uint8Array } {
  const { file, variants = {} } = graph
  const wanted = precision === 'auto' ? undefined : variants[precision]
  const made = provider === 'tensorrt' && precision === 'fp16'
  if (precision !== 'auto' && wanted === undefined && !made) {
    const has = Object.keys(variants).join(', ') || 'none to choose'
    throw new FwError(
      'FW_MODEL_MISSING',
      `bundle ${bundle.manifest.name}: '${file}' at precision ${precision}, has ${has}`,
    )
  }
  // Quantised nodes (QDQ) are slow on CUDA: it has no INT8 convolution kernels and runs them in pieces.
  const key = wanted ?? (provider === 'cpu' ? file : (variants.fp16 ?? variants.fp32 ?? file))
  return { key, bytes: bundle.files.get(key)! }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new FwError('FW_MODEL_MISSING', `${path}: ${(cause as NodeJS.ErrnoException).code ?? 'unreadable'}`, {
      cause,
    })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
