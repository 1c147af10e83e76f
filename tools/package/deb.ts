/** The Debian package: the npm package's own files under /usr/lib, the service, its user, a configuration that dpkg looks after. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROOT } from './stage.js'

const DEBIAN = join(import.meta.dirname, 'debian')
/** dpkg's names of processors. */
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' }
/** 2026-01-01: files are as old as that, whoever builds them. */
const EPOCH = '1767225600'

/** Where a file of this repository stands on a unit. */
const FILES: readonly (readonly [string, string])[] = [
  ['deploy/framewarden.example.yaml', 'etc/framewarden/config.yaml'],
  ['systemd/framewarden.service', 'usr/lib/systemd/system/framewarden.service'],
  ['tools/package/debian/user.conf', 'usr/lib/systemd/system/framewarden.service.d/10-user.conf'],
  ['systemd/framewarden.service.d/gpu.conf', 'usr/share/doc/framewarden/examples/gpu.conf'],
  ['tools/package/debian/sysusers.conf', 'usr/lib/sysusers.d/framewarden.conf'],
  ['tools/package/debian/tmpfiles.conf', 'usr/lib/tmpfiles.d/framewarden.conf'],
  ['tools/package/debian/copyright', 'usr/share/doc/framewarden/copyright'],
]

/** Builds it from `work`/package, which is moved; the path of the file in `folder`. */
export async function buildDeb(
  work: string,
  { version, cpu, folder }: { readonly version: string; readonly cpu: string; readonly folder: string },
): Promise<string> {
  const architecture = ARCHITECTURES[cpu]
  if (architecture === undefined) throw new Error(`no Debian package for ${cpu}: ${Object.keys(ARCHITECTURES)}`)
  const tree = join(work, 'deb')
  await mkdir(join(tree, 'usr/lib'), { recursive: true })
  await rename(join(work, 'package'), join(tree, 'usr/lib/framewarden'))
  await mkdir(join(tree, 'usr/bin'))
  await symlink('../lib/framewarden/bin/framewarden.js', join(tree, 'usr/bin/framewarden'))
  for (const [from, to] of FILES) {
    await mkdir(dirname(join(tree, to)), { recursive: true })
    await cp(join(ROOT, from), join(tree, to))
  }
  const changelog = gzipSync(await readFile(join(ROOT, 'CHANGELOG.md')), { level: 9 })
  await writeFile(join(tree, 'usr/share/doc/framewarden/changelog.gz'), changelog)
  const { sums, bytes } = await settle(tree)
  await writeControl(tree, { version, architecture, sums, bytes })
  const file = join(folder, `framewarden_${version}_${architecture}.deb`)
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', '-z3', tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: EPOCH },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return file
}

/** Modes that depend on nobody's umask, and what dpkg checks files by. */
async function settle(tree: string): Promise<{ sums: string; bytes: number }> {
  const sums: string[] = []
  let bytes = 0
  const entries = await readdir(tree, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
  await chmod(tree, 0o755)
  for (const { entry, path } of paths.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (entry.isDirectory()) await chmod(path, 0o755)
    if (!entry.isFile()) continue
    const { mode, size } = await stat(path)
    await chmod(path, mode & 0o100 ? 0o755 : 0o644)
    bytes += size
    sums.push(
      `${createHash('md5')
        .update(await readFile(path))
        .digest('hex')}  ${path.slice(tree.length + 1)}\n`,
    )
  }
  return { sums: sums.join(''), bytes }
}

async function writeControl(
  tree: string,
  { version, architecture, sums, bytes }: { version: string; architecture: string; sums: string; bytes: number },
): Promise<void> {
  const control = join(tree, 'DEBIAN')
  await mkdir(control)
  const text = (await readFile(join(DEBIAN, 'control'), 'utf8'))
    .replace('@VERSION@', version)
    .replace('@ARCHITECTURE@', architecture)
    .replace('@KIB@', String(Math.ceil(bytes / 1024)))
  await writeFile(join(control, 'control'), text)
  await writeFile(join(control, 'conffiles'), '/etc/framewarden/config.yaml\n')
  await writeFile(join(control, 'md5sums'), sums)
  for (const name of ['postinst', 'prerm', 'postrm']) {
    await cp(join(DEBIAN, name), join(control, name))
    await chmod(join(control, name), 0o755)
  }
}
