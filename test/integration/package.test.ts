/** The packed program as a unit gets it: one file, no network, an empty home, nothing of a checkout around. */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ffmpeg } from '../camera/partners.js'

const ROOT = resolve(import.meta.dirname, '../..')
/** Nobody listens on the discard port: whoever asks a registry or a proxy gets a refusal at once. */
const NOWHERE = 'http://127.0.0.1:9'

let folder: string
let installed: string
/** What the unit's shell hands on: nothing of the checkout that this test runs in. */
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framewarden-package-test-'))
  for (const name of ['home', 'prefix', 'work']) mkdirSync(join(folder, name))
  const file = pack(folder)
  env = {
    HOME: join(folder, 'home'),
    PATH: `${join(folder, 'prefix/bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    npm_config_registry: NOWHERE,
    npm_config_fetch_retries: '0',
    http_proxy: NOWHERE,
    https_proxy: NOWHERE,
  }
  execFileSync('npm', ['install', '--global', '--prefix', join(folder, 'prefix'), file], { cwd: folder, env })
  installed = join(folder, 'prefix/lib/node_modules/framewarden')
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** `npm run package` without the build. */
function pack(to: string): string {
  return execFileSync('npx', ['tsx', 'tools/package/main.ts', to], { cwd: ROOT, encoding: 'utf8' }).trim()
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function framewarden(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)('framewarden', argv, { cwd: join(folder, 'work'), env })
}

test('is installed by npm alone, without a network, and no package in it has a script to run', async () => {
  const manifests = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?:^|node_modules\/(?:@[^/]+\/)?[^/@]+\/)package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(installed, path), 'utf8')) as { name: string; scripts?: object })
  expect(manifests.length).toBeGreaterThan(50)
  expect(manifests.filter(({ scripts }) => scripts !== undefined).map(({ name }) => name)).toEqual([])
})

test('holds ONNX Runtime for this platform alone, and no weights that only the benchmark may use', () => {
  expect(existsSync(join(installed, 'worker/framewarden_worker/__main__.py'))).toBe(true)
  const libraries = readdirSync(join(installed, 'node_modules/onnxruntime-node/bin'), {
    recursive: true,
    encoding: 'utf8',
  })
  const named = libraries.filter((path) => path.endsWith('.node'))
  expect(named).toEqual([join('napi-v6', process.platform, process.arch, 'onnxruntime_binding.node')])
  expect(existsSync(join(installed, 'models/celeba'))).toBe(false)
})

test('says its version, its keys, and what it finds on a clip', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  expect((await framewarden('--version')).stdout.trim()).toBe(version)
  expect((await framewarden('schema')).stdout).toMatch(/^KEY +DEFAULT +RELOAD\nunit /)
  await ffmpeg(`-i ${join(ROOT, 'assets/street.mp4')} -t 2 -c copy ${join(folder, 'work/clip.mp4')}`)
  const { stdout } = await framewarden('scan', '--json', 'clip.mp4')
  expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({
    type: 'summary',
    source: 'clip.mp4',
    incidents: 0,
    unscored: 0,
    model: { name: 'camera' },
  })
})

test('has a bill of materials with every package that is in it, and the bundles', () => {
  const bom = JSON.parse(readFileSync(join(installed, 'sbom.cdx.json'), 'utf8'))
  expect([bom.bomFormat, bom.metadata.component.name]).toEqual(['CycloneDX', 'framewarden'])
  const listed = new Set<string>(
    bom.components.map(({ name, version }: { name: string; version: string }) => `${name}@${version}`),
  )
  const packed = readdirSync(join(installed, 'node_modules'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(?:(?:.*\/)?node_modules\/)?(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(installed, 'node_modules', path), 'utf8')))
    // fluent-ffmpeg goes by the name of its folder
    .filter(({ name }) => name !== '@ts-ffmpeg/fluent-ffmpeg')
    .map(({ name, version }) => `${name}@${version}`)
  expect(packed.length).toBeGreaterThan(50)
  expect(packed.filter((name) => !listed.has(name))).toEqual([])
  expect([...listed].filter((name) => name.startsWith('models/'))).toHaveLength(2)
})

test('made again it is the same file, byte for byte', () => {
  const again = join(folder, 'again')
  mkdirSync(again)
  const file = pack(again)
  expect(sha256(file)).toBe(sha256(join(folder, basename(file))))
}, 300_000)

test('a TypeScript program in strict mode compiles against its types and runs', async () => {
  const consumer = join(folder, 'consumer')
  mkdirSync(join(consumer, 'node_modules'), { recursive: true })
  symlinkSync(installed, join(consumer, 'node_modules/framewarden'))
  symlinkSync(join(ROOT, 'node_modules/@types'), join(consumer, 'node_modules/@types'))
  cpSync(join(ROOT, 'test/fixtures/consumer'), consumer, { recursive: true })
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: consumer, stdio: 'pipe' })
  const { stdout } = await promisify(execFile)(process.execPath, ['out/program.js', join(folder, 'work/clip.mp4')], {
    cwd: consumer,
    env,
  })
  expect(JSON.parse(stdout)).toEqual({
    kind: 'clean',
    counts: { frame: 0, incident: 0, summary: 1, error: 0 },
    unit: 'gate-7',
    error: 'FW_SOURCE',
  })
})

test('the examples of docs/library.md do what they say', async () => {
  const example = join(folder, 'work/judge.mjs')
  cpSync(join(installed, 'docs/examples/judge.mjs'), example)
  mkdirSync(join(folder, 'work/node_modules'), { recursive: true })
  symlinkSync(installed, join(folder, 'work/node_modules/framewarden'))
  const node = await promisify(execFile)(process.execPath, [example, 'clip.mp4'], { cwd: join(folder, 'work'), env })
  expect(node.stdout).toMatch(
    /^first frame: clean, log-odds -?\d+\.\d\d, 345600 bytes cleaned\n\d+ frames, 0 incidents\n$/,
  )
  const script = join(installed, 'docs/examples/scan.py')
  const python = await promisify(execFile)('python3', [script, 'clip.mp4'], { cwd: join(folder, 'work'), env })
  expect(python.stdout).toMatch(/^clip\.mp4: \d+ frames, 0 incidents\n$/)
})

test('every link in its documents leads to a file that is packed', () => {
  const seen = new Set<string>()
  const dead: string[] = []
  const follow = (page: string): void => {
    seen.add(page)
    for (const [, link] of readFileSync(join(installed, page), 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue
      const path = join(dirname(page), link!)
      if (!existsSync(join(installed, path))) dead.push(`${page} -> ${link}`)
      else if (path.endsWith('.md') && !seen.has(path)) follow(path)
    }
  }
  follow('README.md')
  expect(dead).toEqual([])
  expect([...seen]).toEqual(expect.arrayContaining(['deploy/README.md', 'docs/errors.md', 'models/README.md']))
})
