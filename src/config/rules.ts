/** What must hold between keys. Looks at values as written, defaults laid under, whatever else is wrong in them. */
import { hostAndPort, isLoopback, schemeOf } from './address.js'
import { isMap } from './camera-defaults.js'
import { about, type ConfigFinding } from './issue-text.js'
import type { Path } from './schema-walk.js'

/** Every rule that `raw` breaks. */
export function brokenRules(raw: unknown): ConfigFinding[] {
  if (!isMap(raw)) return []
  const cameras = Array.isArray(raw.cameras) ? raw.cameras : []
  return [
    ...(isMap(raw.mqtt) ? brokerRules(raw.mqtt) : []),
    ...(isMap(raw.http) ? httpRules(raw.http) : []),
    ...cameras.flatMap((camera, i) => (isMap(camera) ? cameraRules(camera, ['cameras', i]) : [])),
    ...twice(cameras, 'id'),
    ...sameWebhooks(Array.isArray(raw.webhooks) ? raw.webhooks : []),
  ]
}

function brokerRules(mqtt: Readonly<Record<string, unknown>>): ConfigFinding[] {
  const findings: ConfigFinding[] = []
  // MQTT 3.1.1 3.1.2.9: no password without a user name; one rule for both versions.
  if (mqtt.password !== undefined && mqtt.username === undefined) {
    findings.push(value(['mqtt', 'password'], 'is given without mqtt.username'))
  }
  if (mqtt.cert !== undefined && mqtt.key === undefined)
    findings.push(value(['mqtt', 'cert'], 'is given without mqtt.key'))
  if (mqtt.key !== undefined && mqtt.cert === undefined)
    findings.push(value(['mqtt', 'key'], 'is given without mqtt.cert'))
  const scheme = typeof mqtt.url === 'string' ? schemeOf(mqtt.url) : undefined
  for (const name of ['ca', 'cert'].filter((name) => mqtt[name] !== undefined)) {
    if (scheme === 'mqtt') findings.push(value(['mqtt', name], 'has no effect on mqtt://; TLS wants mqtts://'))
  }
  return findings
}

function httpRules({ listen, token }: Readonly<Record<string, unknown>>): ConfigFinding[] {
  const host = typeof listen === 'string' ? hostAndPort(listen)?.host : undefined
  if (host === undefined || isLoopback(host) || token !== undefined) return []
  return [
    value(['http', 'listen'], 'is not loopback: everybody who reaches it would see the cameras; give http.token, too'),
  ]
}

function cameraRules(camera: Readonly<Record<string, unknown>>, path: Path): ConfigFinding[] {
  const findings: ConfigFinding[] = []
  const restream = isMap(camera.restream) ? camera.restream : {}
  for (const [from, at] of [[camera, path] as const, [restream, [...path, 'restream']] as const]) {
    if (from.password !== undefined && from.username === undefined)
      findings.push(value([...at, 'password'], 'is given without a username'))
  }
  if (restream.ca !== undefined && typeof restream.url === 'string' && schemeOf(restream.url) === 'rtsp')
    findings.push(value([...path, 'restream', 'ca'], 'has no effect on rtsp://; TLS wants rtsps://'))
  const scheme = typeof camera.url === 'string' ? schemeOf(camera.url) : undefined
  if (camera.listen === true && typeof camera.url === 'string' && scheme !== 'rtsp') {
    findings.push(value([...path, 'listen'], 'wants a url that begins with rtsp://'))
  }
  return findings
}

/** Each has a place of its own in the spool, by its url. */
function sameWebhooks(webhooks: readonly unknown[]): ConfigFinding[] {
  const urls = webhooks.map((webhook) => (isMap(webhook) ? webhook.url : undefined))
  return urls.flatMap((url, i) => {
    const first = urls.indexOf(url)
    if (typeof url !== 'string' || first === i) return []
    return [value(['webhooks', i, 'url'], `is that of webhooks[${first}] already`)]
  })
}

function twice(cameras: readonly unknown[], name: string): ConfigFinding[] {
  const first = new Map<string, number>()
  return cameras.flatMap((camera, i) => {
    const id = isMap(camera) ? camera[name] : undefined
    if (typeof id !== 'string') return []
    const before = first.get(id)
    if (before !== undefined) return [value(['cameras', i, name], `'${id}' is cameras[${before}] already`)]
    first.set(id, i)
    return []
  })
}

function value(path: Path, text: string): ConfigFinding {
  return { code: 'FW_CONFIG_VALUE', path, atKey: false, text: about(text) }
}
