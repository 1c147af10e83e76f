import { describe, expect, it } from 'vitest'
import { diffSettings, settingsPath } from '../../src/config/diff.js'
import { parseConfig } from '../../src/config/parse.js'
import type { Resolved } from '../../src/config/resolve.js'
import { allKeys, choicesOf, type Key } from '../../src/config/schema-walk.js'
import { toSettings } from '../../src/config/to-settings.js'
import type { Settings } from '../../src/core/settings.js'
import { LEAST, WHOLE } from './good.js'

/** What a reference leads to, by the key that holds it. */
const RESOLVED = [
  ...['mqtt.password', 'mqtt.ca', 'mqtt.cert', 'mqtt.key', 'models.public_key', 'http.token'],
  ...['cameras.password', 'cameras.ca', 'cameras.restream.password', 'cameras.restream.ca'],
]

function settings(text: string, resolved: Resolved = { mqtt: {}, cameras: [] }): Settings {
  const { config, problems } = parseConfig(text)
  if (!config) throw new Error(JSON.stringify(problems))
  return toSettings(config, resolved, '/etc/framewarden')
}

describe('diffSettings', () => {
  it('finds nothing where nothing changed', () => {
    expect(diffSettings(settings(WHOLE), settings(`# the same\n${WHOLE}`))).toEqual([])
  })

  it('says of each change what it restarts', () => {
    const after = WHOLE.replace('clear_after: 10s', 'clear_after: 20s')
      .replace('rate: 15', 'rate: 10')
      .replace('guards: auto', 'guards: 2')
      .replace('topic_prefix: framewarden', 'topic_prefix: site')
      .replace('9464', '9465')
      .replace('level: info', 'level: debug')
    expect(diffSettings(settings(WHOLE), settings(after))).toEqual([
      { path: 'mqtt.topic_prefix', effect: 'broker', kind: 'changed' },
      { path: 'guards', effect: 'process', kind: 'changed' },
      { path: 'http.listen', effect: 'process', kind: 'changed' },
      { path: 'log.level', effect: 'live', kind: 'changed' },
      { path: 'cameras.north-door.frame.rate', effect: 'camera', camera: 'north-door', kind: 'changed' },
      { path: 'cameras.north-door.detection.clear_after', effect: 'live', camera: 'north-door', kind: 'changed' },
    ])
  })

  it('follows a camera by its id, not by its place', () => {
    const before = settings('unit: u\ncameras: [{ id: a, url: /a }, { id: b, url: /b }]')
    const after = settings('unit: u\ncameras: [{ id: c, url: /c }, { id: b, url: /b }]')
    expect(diffSettings(before, after)).toEqual([
      { path: 'cameras.a', effect: 'camera', camera: 'a', kind: 'removed' },
      { path: 'cameras.c', effect: 'camera', camera: 'c', kind: 'added' },
    ])
  })

  it('sees a secret that changed behind the same reference', () => {
    const behind = (password: string) => settings(LEAST, { mqtt: {}, cameras: [{ password }] })
    expect(diffSettings(behind('old'), behind('new'))).toEqual([
      { path: 'cameras.north-door.password', effect: 'camera', camera: 'north-door', kind: 'changed' },
    ])
  })

  it('takes a broker that comes or goes for a change of its keys', () => {
    const changes = diffSettings(settings(LEAST), settings(`${LEAST}mqtt: { url: mqtt://b }`))
    expect(new Set(changes.map((change) => change.effect))).toEqual(new Set(['broker']))
  })

  it('takes webhooks that come, go or change for one change', () => {
    const hook = (url: string) => settings(`${LEAST}webhooks: [{ url: "${url}" }]\n`)
    const change = [{ path: 'webhooks', effect: 'live', kind: 'changed' }]
    expect(diffSettings(settings(LEAST), hook('http://a/1'))).toEqual(change)
    expect(diffSettings(hook('http://a/1'), hook('http://a/2'))).toEqual(change)
    expect(diffSettings(hook('http://a/1'), hook('http://a/1'))).toEqual([])
  })

  const named = allKeys().filter(({ path }) => path[0] !== 'webhooks')
  const changeable = named.filter((key) => key.path.join('.') !== 'cameras.id')

  it.each(changeable.map((key) => [key.path.join('.'), key] as const))('sees a change of %s', (path, key) => {
    const [before, after] = RESOLVED.includes(path)
      ? [settings(configWith(key), leadsTo(path, 'old')), settings(configWith(key), leadsTo(path, 'new'))]
      : [settings(configWith(key)), settings(configWith(key, otherThanDefault(key)))]
    const expected = key.path[0] === 'cameras' ? `cameras.a.${key.path.slice(1).join('.')}` : path
    expect(diffSettings(before, after)).toEqual([expect.objectContaining({ path: expected, effect: key.meta.effect })])
  })

  it('has a place in Settings for every key', () => {
    const all = { password: '', ca: '', cert: '', key: '' }
    const whole = settings(WHOLE, { mqtt: all, cameras: [all] })
    for (const key of named) {
      const inCamera = key.path[0] === 'cameras'
      const place = settingsPath(inCamera ? { ...key, path: key.path.slice(1) } : key)
      const holder = place
        .slice(0, -1)
        .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], inCamera ? whole.cameras[0] : whole)
      expect(Object.keys(holder as object), key.path.join('.')).toContain(place.at(-1))
    }
  })
})

function leadsTo(path: string, value: string): Resolved {
  const [holder, ...names] = path.split('.')
  const resolved = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object
  if (holder === 'models') return { mqtt: {}, models: { publicKey: value }, cameras: [] }
  if (holder === 'http') return { mqtt: {}, http: resolved, cameras: [] }
  return holder === 'mqtt' ? { mqtt: resolved, cameras: [] } : { mqtt: {}, cameras: [resolved] }
}

/** A value unlike the default, as YAML. */
function otherThanDefault(key: Key): string {
  const name = key.path.at(-1)!
  const special: Record<string, string> = {
    unit: 'other',
    state_dir: '/other',
    ffmpeg: '/other',
    bundle: 'other',
    python: 'other',
    username: 'other',
    url: urlOther(key),
    public_url: 'https://other',
    listen: key.path[0] === 'http' ? '127.0.0.1:1' : 'true',
    width: '320',
    rate: '7',
    false_alarms_per_day: '1',
    max_passes: '2',
    sensitivity: '2',
    views: '3',
    topic_prefix: 'other',
    prefix: 'other',
    guards: '3',
    threads: '3',
    threshold: '1.5',
    margin: '1.5',
    providers: '[cpu]',
    protocol: '5',
    max_bytes: '77MiB',
    raise_within: '3s',
  }
  if (special[name]) return special[name]
  if (key.meta.unit === 'duration') return '77s'
  return String(choicesOf(key.schema).at(-1) ?? !['purify', 'tamper'].some((section) => key.path.includes(section)))
}

function urlOther(key: Key): string {
  return key.path[0] === 'mqtt' ? 'mqtts://other' : 'rtsp://other/x'
}

function configWith(key: Key, text?: string): string {
  const sections: Record<string, string> = {
    unit: 'gate',
    mqtt: '{ url: mqtt://b }',
    cameras: '[{ id: a, url: rtsp://a/x }]',
  }
  if (text !== undefined) {
    const [top, ...rest] = key.path
    const nested = rest.reduceRight((inner, name) => `{ ${name}: ${inner} }`, text)
    const inCamera = `[{ id: a${rest[0] === 'url' ? '' : ', url: rtsp://a/x'}, ${nested.slice(2, -2)} }]`
    const inBroker = `{ ${rest[0] === 'url' ? '' : 'url: mqtt://b, '}${nested.slice(2, -2)} }`
    sections[top!] = top === 'cameras' ? inCamera : top === 'mqtt' ? inBroker : nested
  }
  return Object.entries(sections)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}
