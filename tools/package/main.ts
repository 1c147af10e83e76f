/**
 * `npm run package [-- FOLDER --cpu arm64 --deb]`: framewarden and all that it runs on in one file,
 * framewarden-<version>-<os>-<cpu>.tgz, for `npm install --global` on a unit that has no network; with `--deb` also as
 * framewarden_<version>_<architecture>.deb. Beside them the bill of materials. Made twice, they are the same bytes.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildDeb } from './deb.js'
import { npmPack, stagePackage } from './stage.js'

const { values, positionals } = parseArgs({
  options: { cpu: { type: 'string', default: process.arch }, deb: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const folder = resolve(positionals[0] ?? '.')
const platform = { os: process.platform, cpu: values.cpu }

const work = await mkdtemp(join(tmpdir(), 'framewarden-package-'))
try {
  const { name, version } = await stagePackage(work, platform)
  const file = join(folder, `${name}-${version}-${platform.os}-${platform.cpu}`)
  await cp(npmPack(join(work, 'package'), work), `${file}.tgz`)
  await cp(join(work, 'package/sbom.cdx.json'), `${file}.cdx.json`)
  console.log(`${file}.tgz`)
  if (values.deb) console.log(await buildDeb(work, { version, cpu: platform.cpu, folder }))
} finally {
  await rm(work, { recursive: true, force: true })
}
