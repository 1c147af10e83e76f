/** The bill of materials of a package (CycloneDX): every npm package in it, and the bundles of networks. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Bom {
  serialNumber: string
  metadata: { timestamp?: string; component: { name: string; type: string; 'bom-ref': string } }
  components: { 'bom-ref': string }[]
  dependencies: { ref: string; dependsOn: string[] }[]
}

/**
 * What npm says of those packages of the lock file in `home` that are `packed` (name@version), with the bundles under
 * `stage`/models. By the lock file, as npm refuses where development packages are not installed; without --omit=dev, which leaves out
 * packages that development packages use as well (yaml; npm 11.19). The same packages give the same text:
 * no time of day, and a serial number made of the contents.
 */
export async function sbomOf(
  stage: string,
  { home, packed, name }: { readonly home: string; readonly packed: ReadonlySet<string>; readonly name: string },
): Promise<string> {
  const argv = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']
  const bom = JSON.parse(execFileSync('npm', argv, { cwd: home, encoding: 'utf8', maxBuffer: 2 ** 26 })) as Bom
  delete bom.metadata.timestamp
  bom.serialNumber = ''
  // npm calls it as the folder is called
  Object.assign(bom.metadata.component, { name, type: 'application' })
  const root = bom.metadata.component['bom-ref']
  bom.components = bom.components.filter((component) => packed.has(component['bom-ref']))
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => ref === root || packed.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => packed.has(other)) }))
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

async function bundles(models: string): Promise<Bom['components']> {
  const names = (await readdir(models, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const found: (Bom['components'][number] & Record<string, unknown>)[] = []
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
