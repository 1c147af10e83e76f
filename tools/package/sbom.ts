/** The bill of materials of a package (CycloneDX): every npm package in it, and the bundles of networks. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Bom {
  serialNumber: string
  metadata: { timestamp?: string; component: { name: string; type: string; 'bom-ref': string } }
  components: object[]
}

/**
 * What npm says of the packages installed in `home`, with the bundles under `stage`/models. The same packages give the same text:
 * no time of day, and a serial number made of the contents.
 */
export async function sbomOf(home: string, stage: string, { name }: { readonly name: string }): Promise<string> {
  const argv = ['sbom', '--omit=dev', '--sbom-format', 'cyclonedx']
  const bom = JSON.parse(execFileSync('npm', argv, { cwd: home, encoding: 'utf8', maxBuffer: 2 ** 26 })) as Bom
  delete bom.metadata.timestamp
  bom.serialNumber = ''
  // npm calls it as the folder is called
  Object.assign(bom.metadata.component, { name, type: 'application' })
  bom.components.push(...(await bundles(join(stage, 'models'))))
  const hash = createHash('sha256').update(JSON.stringify(bom)).digest('hex')
  // RFC 9562 5.8: a UUID of one's own making
  const uuid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ]
  bom.serialNumber = `urn:uuid:${uuid.join('-')}`
  return `${JSON.stringify(bom, null, 1)}\n`
}

async function bundles(models: string): Promise<object[]> {
  const names = (await readdir(models, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const found: object[] = []
  for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const text = await readFile(join(models, name, 'manifest.json'), 'utf8').catch(() => undefined)
    if (text === undefined) continue // models/training: figures, no bundle
    const { version, licence } = JSON.parse(text) as { version: string; licence: string }
    found.push({
      'bom-ref': `models/${name}@${version}`,
      type: 'machine-learning-model',
      name: `models/${name}`,
      version,
      licenses: [{ license: { name: licence } }],
      hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(text).digest('hex') }],
    })
  }
  return found
}
