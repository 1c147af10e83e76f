/** `framewarden models`: bundles of networks, verified and signed. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DEFAULT_MODELS } from '../config/defaults.js'
import { describe, FwError } from '../core/errors.js'
import { jsonLine, printable } from '../core/printable.js'
import type { ModelSettings } from '../core/settings.js'
import { writeAtomically } from '../files/atomic-file.js'
import { refused } from '../files/output-refused.js'
import { type Bundle, findBundle, readBundle } from '../inference/bundle.js'
import { openCameraNets } from '../inference/camera-nets.js'
import { openClassNets } from '../inference/class-nets.js'
import { checkGolden } from '../inference/golden.js'
import { isClassification } from '../inference/manifest.js'
import { readSigningKey, signedManifest } from '../inference/sign-bundle.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const OPTIONS = { json: { type: 'boolean', default: false }, key: { type: 'string' } } as const

export const modelsCommand: Command = {
  name: 'models',
  usage: `models verify [DIR...] [--key PUBLIC.pem] [--json]
       framewarden models sign DIR --key PRIVATE.pem`,
  summary: 'Verify bundles of networks, and sign them',
  help: `
verify reads each bundle (a name under models/ or a folder; all of this installation where none is named) as a guard does at its
start: manifest, sizes and hashes, signature, the networks opened on the CPU, and the golden frames that the bundle holds. With
--key it must be signed by that key; without, a signature counts by the keys in /etc/framewarden/model-keys.
sign writes an ed25519 signature into the bundle's manifest. A unit that has the public key as models.public_key and
models.require_signature: true then takes no other bundle.

Exit: 0 all good, 1 a bundle is not, 2 usage.

Example:
  openssl genpkey -algorithm ed25519 -out private.pem && openssl pkey -in private.pem -pubout -out public.pem
  framewarden models sign ./street-2 --key private.pem
  framewarden models verify ./street-2 --key public.pem`,
  async run(argv) {
    const [verb, ...rest] = argv
    const { values, positionals } = parseArguments(rest, OPTIONS)
    if (verb === 'verify') return verifyAll(positionals, values)
    if (verb !== 'sign') throw new FwError('FW_USAGE', `models: '${verb ?? ''}', takes verify or sign`)
    const [dir, ...more] = positionals
    if (dir === undefined || more.length > 0 || values.key === undefined)
      throw new FwError('FW_USAGE', 'models sign takes one DIR and --key FILE')
    return signOne(findBundle(dir), values.key)
  },
}

async function verifyAll(names: readonly string[], { key, json }: { key?: string; json: boolean }): Promise<number> {
  const publicKey = key === undefined ? undefined : await readFile(key, 'utf8').catch(unreadable(key))
  const models: ModelSettings = {
    ...DEFAULT_MODELS,
    runtime: 'node',
    providers: ['cpu'],
    publicKey,
    requireSignature: key !== undefined,
  }
  let code: number = EXIT.done
  for (const name of names.length > 0 ? names : await installed()) {
    try {
      const found = await verifyOne(findBundle(name), models)
      console.log(json ? jsonLine({ bundle: name, ok: true, ...found }) : `${printable(name)}: ${found.text}`)
    } catch (error) {
      if (!(error instanceof FwError)) throw error
      code = EXIT.failed
      if (json) console.log(jsonLine({ bundle: name, ok: false, code: error.code, message: error.message }))
      else console.error(describe(error))
    }
  }
  return code
}

async function verifyOne(dir: string, models: ModelSettings) {
  const bundle = await readBundle(dir, models)
  const { manifest, sha256 } = bundle
  const golden = await opened(bundle, models)
  const signature = bundle.signedBy ?? (manifest.signature ? 'unknown key' : null)
  const { name, version } = manifest
  const text = `${name} ${version}, ${bundle.files.size} files, ${golden} golden frames, ${
    bundle.signedBy ? `signed by ${bundle.signedBy}` : signature ? 'signed by an unknown key' : 'not signed'
  }`
  return { name, version, sha256, golden, signature, text }
}

/** Opens the networks and closes them; how many golden frames they judged as they should. */
async function opened(bundle: Bundle, models: ModelSettings): Promise<number> {
  if (isClassification(bundle.manifest)) {
    await (await openClassNets(bundle, models, 1)).release()
    return 0
  }
  const nets = await openCameraNets(bundle, models, { cores: 1, prove: false })
  try {
    return await checkGolden(bundle, nets)
  } finally {
    await nets.release()
  }
}

async function signOne(dir: string, keyPath: string): Promise<number> {
  const key = await readSigningKey(keyPath)
  await readBundle(dir) // what is signed is whole
  const path = join(dir, 'manifest.json')
  await writeAtomically(path, await signedManifest(dir, key)).catch(refused(path))
  const { manifest } = await readBundle(dir)
  console.log(`${printable(path)}: signed by ${manifest.signature!.key}`)
  return EXIT.done
}

/** Bundles of this installation. */
async function installed(): Promise<readonly string[]> {
  const models = dirname(findBundle(DEFAULT_MODELS.bundle))
  const names = await readdir(models, { recursive: true })
  return names
    .filter((name) => /^[^/]+\/manifest\.json$/.test(name))
    .map(dirname)
    .sort()
}

function unreadable(path: string): (error: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new FwError('FW_MODEL_KEY', `${path}: ${cause.code}`, { cause })
  }
}
