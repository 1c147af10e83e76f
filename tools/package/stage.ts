/** framewarden with all that it runs on for one platform, as a folder: what the packages are made of. */
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sbomOf } from './sbom.js'

export const ROOT = resolve(import.meta.dirname, '../..')

export interface Platform {
  readonly os: string
  readonly cpu: string
}

type Manifest = Record<string, unknown> & { name: string; version: string; dependencies: Record<string, string> }

/**
 * Makes `work`/package from what is built; the manifest. Dependencies are those that `npm ci` installed here, or, for another
 * platform, those that the lock file names for it, fetched from the registry. No package in it keeps a script:
 * onnxruntime-node's would download CUDA, and end the installation where it cannot.
 */
export async function stagePackage(work: string, platform: Platform): Promise<Manifest> {
  const stage = join(work, 'package')
  execFileSync('tar', ['-xzf', npmPack(ROOT, work), '-C', work])
  const home = isOurs(platform) ? ROOT : await installFor(platform, join(work, 'other'))
  const packed = new Set<string>()
  for (const path of await packagesToRun(home)) packed.add(await copyPackage(join(home, path), join(stage, path)))
  await keepOnePlatform(join(stage, 'node_modules/onnxruntime-node/bin/napi-v6'), platform)
  const manifest = await writeManifest(stage, platform)
  await writeFile(join(stage, 'sbom.cdx.json'), await sbomOf(stage, { home, packed, name: manifest.name }))
  return manifest
}

/** Packs `folder` as npm would publish it, into `to`; the path of the file. */
export function npmPack(folder: string, to: string): string {
  const argv = ['pack', '--json', '--ignore-scripts', '--pack-destination', to]
  const [packed] = JSON.parse(execFileSync('npm', argv, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 })) as [
    { filename: string },
  ]
  return join(to, packed.filename)
}

function isOurs({ os, cpu }: Platform): boolean {
  return os === process.platform && cpu === process.arch
}

async function installFor({ os, cpu }: Platform, folder: string): Promise<string> {
  await mkdir(folder)
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) await cp(join(ROOT, name), join(folder, name))
  const argv = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', `--os=${os}`, `--cpu=${cpu}`, '--libc=glibc']
  execFileSync('npm', argv, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return folder
}

/** Folders of node_modules, relative to `home`, that run there: what package-lock.json has and npm has installed. */
async function packagesToRun(home: string): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(home, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>
  }
  const names = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev)
  const there = await Promise.all(
    names.map(([path]) =>
      readFile(join(home, path, 'package.json')).then(
        () => true,
        () => false,
      ),
    ),
  )
  const missing = names.filter(([, { optional }], i) => !optional && !there[i])
  if (missing.length > 0)
    throw new Error(`not installed: ${missing.map(([path]) => path).join(', ')}. Run npm ci first.`)
  return names.filter((_, i) => there[i]).map(([path]) => path)
}

/** Copies a package without the packages inside it, and without what npm would run after installing it; its name@version. */
async function copyPackage(from: string, to: string): Promise<string> {
  await cp(from, to, { recursive: true, filter: (source) => source !== join(from, 'node_modules') })
  const manifest = JSON.parse(await readFile(join(to, 'package.json'), 'utf8'))
  delete manifest.scripts
  await writeFile(join(to, 'package.json'), JSON.stringify(manifest, null, 2))
  return `${manifest.name}@${manifest.version}`
}

/** `folder` holds a folder an operating system with one a processor in it. */
async function keepOnePlatform(folder: string, platform: Platform): Promise<void> {
  for (const os of await readdir(folder)) {
    for (const cpu of await readdir(join(folder, os)))
      if (os !== platform.os || cpu !== platform.cpu) await rm(join(folder, os, cpu), { recursive: true })
  }
}

async function writeManifest(stage: string, { os, cpu }: Platform): Promise<Manifest> {
  const path = join(stage, 'package.json')
  const { devDependencies, scripts, allowScripts, ...manifest } = JSON.parse(await readFile(path, 'utf8')) as Manifest
  const bundled = { bundleDependencies: Object.keys(manifest.dependencies), os: [os], cpu: [cpu] }
  const files = [...(manifest.files as string[]), 'sbom.cdx.json']
  await writeFile(path, JSON.stringify({ ...manifest, files, ...bundled }, null, 2))
  return manifest as Manifest
}
