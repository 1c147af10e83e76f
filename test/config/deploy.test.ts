import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDocument } from '../../src/config/document.js'
import { loadConfig } from '../../src/config/load.js'
import { parseConfig } from '../../src/config/parse.js'
import { allKeys } from '../../src/config/schema-walk.js'

const EXAMPLE = new URL('../../deploy/framewarden.example.yaml', import.meta.url)
const SERVICE = new URL('../../systemd/framewarden.service', import.meta.url)

let credentials: string
beforeEach(async () => {
  credentials = await mkdtemp(join(tmpdir(), 'framewarden-credentials-'))
})
afterEach(() => rm(credentials, { recursive: true, force: true }))

describe('the example configuration', () => {
  it('loads with the credentials that it names', async () => {
    for (const name of ['mqtt', 'north-door', 'loading-bay'])
      await writeFile(join(credentials, name), `${name} secret\n`)
    const settings = await loadConfig(EXAMPLE.pathname, { CREDENTIALS_DIRECTORY: credentials })
    expect(settings.cameras.map(({ id, username, password }) => [id, username, password])).toEqual([
      ['north-door', 'viewer', 'north-door secret'],
      ['loading-bay', 'viewer', 'loading-bay secret'],
    ])
  })

  it('holds the default of each key that has one', async () => {
    const { config } = parseConfig(await readFile(EXAMPLE, 'utf8'))
    const { config: least } = parseConfig(
      'unit: gate-7\ncameras: [{ id: north-door, url: rtsp://10.0.0.12/stream2 }]\n',
    )
    const apart = { mqtt: undefined, defaults: undefined, cameras: undefined }
    expect({ ...config, ...apart }).toEqual({ ...least, ...apart })
    const { username, password, ...camera } = config!.cameras[0]!
    expect(camera).toEqual(least!.cameras[0])
  })

  it('holds every key at its place, and is right in what it has commented out', async () => {
    const names = [...new Set(allKeys().map(({ path }) => path.at(-1)))].join('|')
    const commented = new RegExp(`^( *)# ((?:- \\{ )?(?:${names}): .*)$`, 'gm')
    const text = (await readFile(EXAMPLE, 'utf8')).replace(commented, '$1$2')
    expect(parseConfig(text).problems).toEqual([])
    const raw = readDocument(text).raw as { cameras: object[]; webhooks: object[]; defaults: object }
    const cameras = [...raw.cameras, raw.defaults]
    const listed: Record<string, object[]> = { cameras, webhooks: raw.webhooks }
    const missing = allKeys().filter(({ path: [top, ...rest] }) =>
      listed[top!] ? !listed[top!]!.some((one) => holds(one, rest)) : !holds(raw, [top!, ...rest]),
    )
    expect(missing.map(({ path }) => path.join('.'))).toEqual([])
  })
})

function holds(value: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path
  if (name === undefined) return true
  return typeof value === 'object' && value !== null && name in value && holds(value[name as keyof typeof value], rest)
}

describe('the systemd unit', () => {
  it('does what Node and the daemon need, and no more', async () => {
    const text = await readFile(SERVICE, 'utf8')
    const set = new Map([...text.matchAll(/^(\w+)=(.*)$/gm)].map((match) => [match[1], match[2]]))
    expect(set.get('ExecStart')).toBe('/usr/bin/framewarden run --config /etc/framewarden/config.yaml')
    // V8 dies under PR_SET_MDWE; the daemon itself notifies
    expect(set.has('MemoryDenyWriteExecute')).toBe(false)
    expect([set.get('Type'), set.get('NotifyAccess'), set.get('KillMode')]).toEqual(['notify', 'main', 'mixed'])
    expect([set.get('CapabilityBoundingSet'), set.get('NoNewPrivileges'), set.get('DynamicUser')]).toEqual([
      '',
      'yes',
      'yes',
    ])
  })
})
