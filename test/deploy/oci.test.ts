/** The containers' files agree with each other, with the package and with the configuration's schema. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.js'

const ROOT = resolve(import.meta.dirname, '../..')
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const { version } = JSON.parse(text('package.json')) as { version: string }

test('the configuration of the compose file is one, and every stream that it names is listed at go2rtc', async () => {
  const { cameras, mqtt } = await loadConfig(join(ROOT, 'deploy/oci/framewarden.yaml'))
  const { services } = parse(text('deploy/oci/compose.yaml'))
  const { streams } = parse(text('deploy/oci/go2rtc.yaml'))
  expect(Object.keys(services)).toContain(new URL(mqtt!.url).hostname)
  const used = cameras.flatMap(({ url, restream }) => [url, restream.url!])
  expect(used.map((url) => new URL(url).pathname.slice(1)).filter((name) => !(name in streams))).toEqual([])
  const frigate = parse(text('deploy/oci/frigate.yaml'))
  expect(frigate.cameras.north_door.ffmpeg.inputs[0].path).toBe(cameras[0]!.restream.url)
})

test('every file that the compose file mounts is there', () => {
  const { services } = parse(text('deploy/oci/compose.yaml')) as { services: Record<string, { volumes?: string[] }> }
  const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter((v) => v.startsWith('./')))
  expect(mounted.length).toBeGreaterThan(2)
  for (const volume of mounted) expect(text(join('deploy/oci', volume.split(':')[0]!))).not.toBe('')
})

test('images carry the version of the package', () => {
  const { services } = parse(text('deploy/oci/compose.yaml'))
  expect(services.framewarden.image).toBe(`framewarden:${version}`)
  for (const path of ['deploy/archive/kustomization.yaml', 'deploy/archive/merge/kustomization.yaml'])
    expect(parse(text(path)).images[0].newTag).toBe(version)
})

test('a release packs each platform twice and compares', () => {
  const { jobs } = parse(text('.github/workflows/release.yml'))
  const steps = jobs.package.steps.map(({ run }: { run?: string }) => run ?? '')
  expect(steps).toEqual(
    expect.arrayContaining(['npm run -s package -- first --deb', 'npm run -s package -- again --deb']),
  )
  expect(jobs.package.needs).toBe('gate')
})
