import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { configText, type DemoCameraConfig } from '../../src/demo/config-text.js'
import { emptyFolder } from '../fixtures/alerts.js'

async function load(camera: DemoCameraConfig, stateDir: string, env: NodeJS.ProcessEnv = {}) {
  const path = join(await emptyFolder(), 'config.yaml')
  await writeFile(path, configText({ stateDir, brokerUrl: 'mqtt://127.0.0.1:1883', http: '127.0.0.1:9464', camera }))
  return loadConfig(path, env)
}

test('the street camera pushes, and an incident ends after 3 s of quiet', async () => {
  const settings = await load({ id: 'street', url: 'rtsp://127.0.0.1:8554/cam', listen: true }, '/tmp/a')
  expect(settings).toMatchObject({
    unit: 'demo',
    stateDir: '/tmp/a',
    mqtt: { url: 'mqtt://127.0.0.1:1883' },
    http: { listen: { host: '127.0.0.1', port: 9464 } },
    cameras: [{ id: 'street', listen: true, detection: { clearAfterMs: 3_000 } }],
  })
})

test('a real camera has its password by reference', async () => {
  const camera = {
    id: 'camera',
    url: 'rtsp://10.0.0.12/stream2',
    listen: false,
    username: 'view: er',
    passwordEnv: 'SECRET',
  }
  const text = configText({ stateDir: '/s', brokerUrl: 'mqtt://h', http: '127.0.0.1:1', camera })
  expect(text).not.toContain('xyzzy')
  const settings = await load(camera, '/s', { SECRET: 'xyzzy' })
  expect(settings.cameras[0]).toMatchObject({ username: 'view: er', password: 'xyzzy', listen: false })
})

test('no path breaks the file', async () => {
  const stateDir = '/tmp/it\'s "odd": #1 {x} ü'
  const settings = await load({ id: 'street', url: 'rtsp://127.0.0.1/cam', listen: true }, stateDir)
  expect(settings.stateDir).toBe(stateDir)
})
