import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.js'
import { LEAST, WHOLE } from './good.js'

const PASSWORD = 'hunter2-Zq'

function problems(text: string): string[] {
  return parseConfig(text).problems.map((p) => `${p.line}:${p.column} ${p.code} ${p.text}`)
}

describe('a good configuration', () => {
  it('needs a unit and a camera; the rest has the defaults of the contract', () => {
    const least = parseConfig(LEAST)
    const whole = parseConfig(WHOLE)
    expect(least.problems).toEqual([])
    expect(whole.problems).toEqual([])
    const { mqtt, cameras, ...rest } = whole.config!
    expect(mqtt?.url).toBe('mqtts://broker:8883')
    expect({ ...least.config!, cameras: [] }).toEqual({ ...rest, cameras: [] })
    const { username, password, ...camera } = cameras[0]!
    expect(least.config!.cameras).toEqual([camera])
  })

  it('reads durations and sizes in their units', () => {
    const { config } = parseConfig(`${LEAST}    timeouts: { connect: 500ms, first_frame: 1.5m, frozen: 2h }
evidence: { max_bytes: 2GiB, max_age: 30d }
spool: { max_bytes: 1.5MiB, max_age: 90s }
`)
    expect(config?.cameras[0]?.timeouts).toEqual({ connect: 500, first_frame: 90_000, stall: 5_000, frozen: 7_200_000 })
    expect(config?.evidence).toEqual({ max_bytes: 2 ** 31, max_age: 2_592_000_000 })
    expect(config?.spool).toEqual({ max_bytes: 1_572_864, max_age: 90_000 })
  })

  it('lays defaults under each camera, deep, and lets the camera win', () => {
    const { config } = parseConfig(`unit: u
defaults:
  transport: udp
  username: viewer
  password: { env: SHARED }
  timeouts: { stall: 9s, frozen: 60s }
cameras:
  - { id: a, url: rtsp://a/1 }
  - { id: b, url: rtsp://b/1, transport: tcp, timeouts: { stall: 2s }, password: { file: b.txt } }
  - { id: c, url: rtsp://c/1, username: , password: , timeouts: }
`)
    const [a, b, c] = config!.cameras
    expect(a).toMatchObject({ transport: 'udp', username: 'viewer', password: { env: 'SHARED' } })
    expect(a?.timeouts).toMatchObject({ stall: 9_000, frozen: 60_000, connect: 10_000 })
    expect(b).toMatchObject({ transport: 'tcp', username: 'viewer', password: { file: 'b.txt' } })
    expect(b?.timeouts).toMatchObject({ stall: 2_000, frozen: 60_000 })
    expect(c?.username).toBeUndefined()
    expect(c?.password).toBeUndefined()
    expect(c?.timeouts.stall).toBe(5_000)
  })

  it.each([
    'rtsp://10.0.0.12/stream2',
    'rtsps://[fe80::1]:322/cam?channel=1&subtype=0',
    'file:///srv/clips/gate%201.mp4',
    'clips/gate 1.mp4',
    '/srv/clips/gate.mp4',
  ])('takes %s as a stream', (url) => {
    expect(problems(LEAST.replace('rtsp://10.0.0.12/stream2', url))).toEqual([])
  })

  it.each([
    ['off', undefined],
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ["'[::1]:0'", { host: '::1', port: 0 }],
    ['localhost:9464', { host: 'localhost', port: 9464 }],
  ])('takes http.listen: %s', (text, listen) => {
    expect(parseConfig(`${LEAST}http: { listen: ${text} }`).config?.http.listen).toEqual(listen)
  })

  it('takes anchors and aliases', () => {
    const { config } = parseConfig(`${LEAST}    frame: &small { width: 320 }
  - id: south
    url: rtsp://b/1
    frame: *small
`)
    expect(config?.cameras.map((camera) => camera.frame.width)).toEqual([320, 320])
  })
})

/** [what is wrong, the text, what is said of it]. */
const BAD: [string, string, string[]][] = [
  [
    'nothing at all',
    '',
    [
      '1:1 FW_CONFIG_KEY unit is missing; it takes 1 to 63 of a-z, 0-9 and -, a letter or digit first',
      '1:1 FW_CONFIG_VALUE cameras is missing; it takes a list with at least one camera',
    ],
  ],
  ['a scalar', 'hello', ["1:1 FW_CONFIG_VALUE takes a map of keys (unit, cameras, …), not 'hello'"]],
  ['no camera', 'unit: u\ncameras: []\n', ['2:1 FW_CONFIG_VALUE cameras takes at least one camera']],
  ['cameras as a map', 'unit: u\ncameras: { a: 1 }\n', ['2:1 FW_CONFIG_VALUE cameras takes a list, not a map']],
  [
    'a camera without url',
    'unit: u\ncameras:\n  - id: a\n',
    ['3:5 FW_CONFIG_KEY cameras[0].url is missing; it takes rtsp://, rtsps://, file:// or the path of a file'],
  ],
  ['a misspelt key', `${LEAST}loging: {}`, ["5:1 FW_CONFIG_KEY unknown key 'loging'; did you mean log?"]],
  [
    'a misspelt key of a camera',
    `${LEAST}    timeouts:\n      stal: 5s\n`,
    ["6:7 FW_CONFIG_KEY unknown key 'stal' in cameras[0].timeouts; did you mean stall?"],
  ],
  [
    'a key from nowhere',
    `${LEAST}http: { zzzzzzzzzz: 1 }`,
    ["5:9 FW_CONFIG_KEY unknown key 'zzzzzzzzzz' in http; known: listen, public_url, token"],
  ],
  [
    '__proto__',
    `${LEAST}__proto__: { unit: x }`,
    [
      "5:1 FW_CONFIG_KEY unknown key '__proto__'; known: unit, state_dir, ffmpeg, mqtt, models, guards, defaults, cameras, evidence, spool, webhooks, http, log",
    ],
  ],
  ['a key twice', `unit: u\n${LEAST}`, ['2:1 FW_CONFIG_KEY the key is given twice']],
  [
    'a bad id',
    LEAST.replace('north-door', 'North_Door'),
    ["3:9 FW_CONFIG_VALUE cameras[0].id takes 1 to 63 of a-z, 0-9 and -, a letter or digit first, not 'North_Door'"],
  ],
  [
    'a number as id',
    LEAST.replace('north-door', '7'),
    [
      '3:9 FW_CONFIG_VALUE cameras[0].id takes 1 to 63 of a-z, 0-9 and -, a letter or digit first, not 7; text that looks like a number goes in quotes',
    ],
  ],
  [
    'an id twice',
    `${LEAST}  - { id: north-door, url: rtsp://b/ }\n`,
    ["5:11 FW_CONFIG_VALUE cameras[1].id 'north-door' is cameras[0] already"],
  ],
  [
    'a wrong choice',
    `${LEAST}    transport: tpc\n`,
    ["5:16 FW_CONFIG_VALUE cameras[0].transport takes tcp or udp, not 'tpc'; did you mean tcp?"],
  ],
  [
    'a duration without unit',
    `${LEAST}    timeouts: { stall: 5 }\n`,
    ['5:24 FW_CONFIG_VALUE cameras[0].timeouts.stall takes a duration from 100ms to 10m, such as 5s, not 5'],
  ],
  [
    'a duration too long',
    `${LEAST}    timeouts: { stall: 11m }\n`,
    ["5:24 FW_CONFIG_VALUE cameras[0].timeouts.stall takes a duration from 100ms to 10m, such as 5s, not '11m'"],
  ],
  [
    'a size in the wrong unit',
    `${LEAST}spool: { max_bytes: 5MB }`,
    ["5:21 FW_CONFIG_VALUE spool.max_bytes takes a size from 1MiB to 64TiB, such as 256MiB, not '5MB'"],
  ],
  [
    'a width between blocks',
    `${LEAST}    frame: { width: 641 }\n`,
    ['5:21 FW_CONFIG_VALUE cameras[0].frame.width takes a multiple of 8 from 64 to 1920, not 641'],
  ],
  [
    'a provider that is none',
    `${LEAST}models: { providers: [cuda, cpuu] }`,
    [
      "5:22 FW_CONFIG_VALUE models.providers takes auto or a list of tensorrt, cuda and cpu, such as [cuda, cpu], not ['cuda', 'cpuu']; did you mean cpu?",
    ],
  ],
  [
    'YAML 1.1 yes',
    `${LEAST}    listen: yes\n`,
    ["5:13 FW_CONFIG_VALUE cameras[0].listen takes true or false, not 'yes'"],
  ],
  [
    'a section that is a scalar',
    `${LEAST}mqtt: broker\n`,
    ["5:1 FW_CONFIG_VALUE mqtt takes a map of keys (url, protocol, username, …), not 'broker'"],
  ],
  [
    'another scheme',
    LEAST.replace('rtsp:', 'http:'),
    ["4:10 FW_CONFIG_VALUE cameras[0].url takes rtsp://, rtsps:// or a file, not 'http://10.0.0.12/stream2'"],
  ],
  [
    'a port out of range',
    LEAST.replace('.12/', '.12:70000/'),
    [
      "4:10 FW_CONFIG_VALUE cameras[0].url takes rtsp://, rtsps:// or a file with a host, a port from 1 to 65535 and a path, not 'rtsp://10.0.0.12:70000/stream2'",
    ],
  ],
  [
    'no host',
    LEAST.replace('10.0.0.12', ''),
    ["4:10 FW_CONFIG_VALUE cameras[0].url takes rtsp://, rtsps:// or a file with a host, not 'rtsp:///stream2'"],
  ],
  [
    'a file on a host',
    LEAST.replace('rtsp://10.0.0.12/', 'file://nas/'),
    ["4:10 FW_CONFIG_VALUE cameras[0].url takes file:///PATH, with no host, not 'file://nas/stream2'"],
  ],
  [
    'listening on a file',
    LEAST.replace('rtsp://10.0.0.12/stream2', '/a.mp4\n    listen: true'),
    ['5:13 FW_CONFIG_VALUE cameras[0].listen wants a url that begins with rtsp://'],
  ],
  [
    'a listener without port',
    `${LEAST}http: { listen: localhost }`,
    ["5:17 FW_CONFIG_VALUE http.listen takes HOST:PORT or off, not 'localhost'"],
  ],
  [
    'a password without user',
    `${LEAST}    password: { env: P }\n`,
    ['5:15 FW_CONFIG_VALUE cameras[0].password is given without a username'],
  ],
  [
    'a password for the cleaned stream without user',
    `${LEAST}    restream: { url: rtsp://b/x, password: { env: P } }\n`,
    ['5:44 FW_CONFIG_VALUE cameras[0].restream.password is given without a username'],
  ],
  [
    'an authority for a cleaned stream without TLS',
    `${LEAST}    restream: { url: rtsp://b/x, ca: c.pem }\n`,
    ['5:38 FW_CONFIG_VALUE cameras[0].restream.ca has no effect on rtsp://; TLS wants rtsps://'],
  ],
  [
    'a page that everybody may read',
    `${LEAST}http: { listen: 0.0.0.0:9464 }`,
    [
      '5:17 FW_CONFIG_VALUE http.listen is not loopback: everybody who reaches it would see the cameras; give http.token, too',
    ],
  ],
  [
    'a webhook twice, and one that is none',
    `${LEAST}webhooks: [{ url: "http://a/1" }, { url: "http://a/1" }, { url: ftp://a, on: [lost] }]`,
    [
      '5:42 FW_CONFIG_VALUE webhooks[1].url is that of webhooks[0] already',
      "5:65 FW_CONFIG_VALUE webhooks[2].url takes http://, https://, not 'ftp://a'",
      "5:79 FW_CONFIG_VALUE webhooks[2].on[0] takes a list of raised, updated and cleared, not 'lost'",
    ],
  ],
  [
    'a public address with a path',
    `${LEAST}http: { public_url: "https://a/b" }`,
    ["5:21 FW_CONFIG_VALUE http.public_url takes no path behind the host, not 'https://a/b'"],
  ],
  [
    'a certificate without key',
    `${LEAST}mqtt: { url: mqtts://b, cert: c.pem }`,
    ['5:31 FW_CONFIG_VALUE mqtt.cert is given without mqtt.key'],
  ],
  [
    'an authority on a plain connection',
    `${LEAST}mqtt: { url: mqtt://b, ca: c.pem }`,
    ['5:28 FW_CONFIG_VALUE mqtt.ca has no effect on mqtt://; TLS wants mqtts://'],
  ],
  ...['ws', 'wss'].map((scheme): [string, string, string[]] => [
    `a broker over ${scheme}, which no part of this program speaks`,
    `${LEAST}mqtt: { url: ${scheme}://b }`,
    [`5:14 FW_CONFIG_VALUE mqtt.url takes mqtt://, mqtts://, not '${scheme}://b'`],
  ]),
  [
    'a wildcard in the topic',
    `${LEAST}mqtt: { url: mqtt://b, topic_prefix: site/+ }`,
    [
      "5:38 FW_CONFIG_VALUE mqtt.topic_prefix takes a topic such as site/framewarden, without +, # and spaces, not 'site/+'",
    ],
  ],
  [
    'a credential that is a path',
    `${LEAST}    username: u\n    password: { credential: ../x }\n`,
    ['6:17 FW_CONFIG_SECRET cameras[0].password.credential takes the name of a credential, without /'],
  ],
  [
    'two references at once',
    `${LEAST}    username: u\n    password: { env: A, file: b }\n`,
    [
      '6:5 FW_CONFIG_SECRET cameras[0].password takes { env: NAME }, { file: PATH } or { credential: NAME }, never the secret itself',
    ],
  ],
  [
    'a wrong default, said once',
    `unit: u\ndefaults: { transport: tpc }\ncameras: [{ id: a, url: /a }, { id: b, url: /b }]`,
    ["2:24 FW_CONFIG_VALUE defaults.transport takes tcp or udp, not 'tpc'; did you mean tcp?"],
  ],
  [
    'an unknown key in defaults',
    `unit: u\ndefaults: { timeouts: { stal: 5s } }\ncameras: [{ id: a, url: /a, timeouts: { stall: 1s } }]`,
    ["2:25 FW_CONFIG_KEY unknown key 'stal' in defaults.timeouts; did you mean stall?"],
  ],
  [
    'a bracket too few',
    `${LEAST}log: { level: info\n`,
    ['6:1 FW_CONFIG_SYNTAX wrong indentation, or a bracket is not closed'],
  ],
  ['a tab', 'unit: u\ncameras:\n\t- id: a\n', ['3:1 FW_CONFIG_SYNTAX a tab stands in the indentation; use spaces']],
  ['two documents', `${LEAST}---\nunit: b\n`, ['5:1 FW_CONFIG_SYNTAX the file holds several documents; keep one']],
]

describe('a bad configuration', () => {
  it.each(BAD)('%s is placed and explained', (_, text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  it('is reported whole, in the order of the file', () => {
    const text = `unit: Gate\nloging: {}\ncameras:\n  - id: a\n    transport: tpc\n  - url: ftp://x/y\n`
    expect(parseConfig(text).problems.map((p) => [p.line, p.column, p.path])).toEqual([
      [1, 7, 'unit'],
      [2, 1, 'loging'],
      [4, 5, 'cameras[0].url'],
      [5, 16, 'cameras[0].transport'],
      [6, 5, 'cameras[1].id'],
      [6, 10, 'cameras[1].url'],
    ])
  })

  it('leaves columns right behind CRLF and a byte order mark', () => {
    const text = `\uFEFF${LEAST}    transport: tpc\n`.replaceAll('\n', '\r\n')
    expect(problems(text)).toEqual([
      "5:16 FW_CONFIG_VALUE cameras[0].transport takes tcp or udp, not 'tpc'; did you mean tcp?",
    ])
  })
})

describe('a secret in the file', () => {
  it.each([
    ['in a camera url', LEAST.replace('10.0.0.12', `admin:${PASSWORD}@10.0.0.12`), '4:10'],
    ['with a slash in it', LEAST.replace('10.0.0.12', `admin:/${PASSWORD}/@10.0.0.12`), '4:10'],
    ['with @ in it', LEAST.replace('10.0.0.12', `admin:a@${PASSWORD}@10.0.0.12`), '4:10'],
    ['with a space in it', LEAST.replace('10.0.0.12', `admin:a ${PASSWORD}`), '4:10'],
    ['in an address without scheme', LEAST.replace('rtsp://10.0.0.12', `admin:${PASSWORD}@10.0.0.12`), '4:10'],
    ['in the broker url', `${LEAST}mqtt: { url: mqtt://u:${PASSWORD}@b }`, '5:14'],
    ['in a restream url', `${LEAST}    restream: { url: rtsp://u:${PASSWORD}@b/x }`, '5:22'],
    ['as a plain password', `${LEAST}    username: u\n    password: ${PASSWORD}`, '6:5'],
    ['as a broker password', `${LEAST}mqtt: { url: mqtt://b, username: u, password: ${PASSWORD} }`, '5:37'],
    ['under a wrong reference', `${LEAST}    username: u\n    password: { evn: ${PASSWORD} }`, '6:5'],
    ['as a list', `${LEAST}    username: u\n    password: [${PASSWORD}]`, '6:5'],
  ])('%s is refused without being repeated', (_, text, place) => {
    const found = parseConfig(text).problems
    expect(found.map((p) => `${p.line}:${p.column} ${p.code}`)).toEqual([`${place} FW_CONFIG_SECRET`])
    expect(JSON.stringify(found)).not.toContain(PASSWORD)
  })

  it.each(['*', '&', '!', '!!', '%', '@', '`', '"\\q', '{', '[', "'"])(
    'stays out of the syntax error of %s',
    (sign) => {
      for (const key of ['password', 'url', 'pasword']) {
        const text = `${LEAST}    ${key}: ${sign}${PASSWORD}\n`
        expect(JSON.stringify(parseConfig(text).problems)).not.toContain(PASSWORD)
      }
    },
  )

  it('stays out of what is said of a query', () => {
    const text = LEAST.replace('rtsp://10.0.0.12/stream2', `http://10.0.0.12/?user=a&password=${PASSWORD}`)
    expect(problems(text).join()).not.toContain(PASSWORD)
  })
})
