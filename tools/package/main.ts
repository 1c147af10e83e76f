/**
 * `npm run package [-- FOLDER]`: framewarden and all that it runs on in one file, framewarden-<version>-<os>-<cpu>.tgz, for
 * `npm install --global` on a unit that has no network. It holds this platform's libraries alone, so each platform packs its own.
 * No package in it keeps a script: onnxruntime-node's would download CUDA, and end the installation where it cannot.
 */
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

type Manifest = Record<string, unknown> & { name: string; version: string; dependencies: Record<string, string> }

const ROOT = resolve(import.meta.dirname, '../..')
const { platform, arch } = process

/** Packs what is built, and what `npm ci` installed, into `folder`; the path of the file. */
async function pack(folder: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'framewarden-package-'))
  try {
    const stage = join(work, 'package')
    execFileSync('tar', ['-xzf', npmPack(ROOT, work), '-C', work])
    for (const path of await packagesToRun()) await copyPackage(path, stage)
    await keepOnePlatform(join(stage, 'node_modules/onnxruntime-node/bin/napi-v6'))
    const { name, version } = await writeManifest(stage)
    const file = join(folder, `${name}-${version}-${platform}-${arch}.tgz`)
    await cp(npmPack(stage, work), file)
    return file
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Packs `folder` as npm would publish it, into `to`; the path of the file. */
function npmPack(folder: string, to: string): string {
  const argv = ['pack', '--json', '--ignore-scripts', '--pack-destination', to]
  const [packed] = JSON.parse(execFileSync('npm', argv, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 })) as [
    { filename: string },
  ]
  return join(to, packed.filename)
}

/** Folders of node_modules, relative to the root, that run on this machine: what package-lock.json has and npm has installed. */
async function packagesToRun(): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>
  }
  const names = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev)
  const there = await Promise.all(
    names.map(([path]) =>
      readFile(join(ROOT, path, 'package.json')).then(
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

/** Copies the package at `path` without the packages inside it, and without what npm would run after installing it. */
async function copyPackage(path: string, stage: string): Promise<void> {
  const from = join(ROOT, path)
  const to = join(stage, path)
  await cp(from, to, { recursive: true, filter: (source) => source !== join(from, 'node_modules') })
  const manifest = JSON.parse(await readFile(join(to, 'package.json'), 'utf8'))
  delete manifest.scripts
  await writeFile(join(to, 'package.json'), JSON.stringify(manifest, null, 2))
}

/** `folder` holds a folder an operating system with one a processor in it. */
async function keepOnePlatform(folder: string): Promise<void> {
  for (const os of await readdir(folder)) {
    for (const cpu of await readdir(join(folder, os)))
      if (os !== platform || cpu !== arch) await rm(join(folder, os, cpu), { recursive: true })
  }
}

async function writeManifest(stage: string): Promise<Manifest> {
  const path = join(stage, 'package.json')
  const { devDependencies, scripts, allowScripts, ...manifest } = JSON.parse(await readFile(path, 'utf8')) as Manifest
  const bundled = { bundleDependencies: Object.keys(manifest.dependencies), os: [platform], cpu: [arch] }
  await writeFile(path, JSON.stringify({ ...manifest, ...bundled }, null, 2))
  return manifest as Manifest
}

console.log(await pack(resolve(process.argv[2] ?? '.')))
