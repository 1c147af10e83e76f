/** The packed program as a unit gets it: one file, no network, an empty home, nothing of a checkout around. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
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
  const file = execFileSync('npx', ['tsx', 'tools/package/main.ts', folder], { cwd: ROOT, encoding: 'utf8' }).trim()
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
