/** A checked configuration as the rooms receive it: names in camel case with units, absolute paths, frozen. */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CameraSettings, MqttSettings, Settings } from '../core/settings.js'
import { schemeOf } from './address.js'
import type { Resolved } from './resolve.js'
import type { CameraConfig, Config } from './schema.js'

/** `folder`, an absolute path, is where relative paths begin: the configuration file's own. */
export function toSettings(config: Config, resolved: Resolved, folder: string): Settings {
  return frozen({
    unit: config.unit,
    stateDir: resolve(folder, config.state_dir),
    ffmpeg: config.ffmpeg && nameOrPath(config.ffmpeg, folder),
    mqtt: config.mqtt && broker(config.mqtt, resolved.mqtt),
    models: {
      bundle: nameOrPath(config.models.bundle, folder),
      runtime: config.models.runtime,
      python: nameOrPath(config.models.python, folder),
      providers: config.models.providers,
      requireGpu: config.models.require_gpu,
      precision: config.models.precision,
      threads: config.models.threads,
      requireSignature: config.models.require_signature,
      publicKey: resolved.models?.publicKey,
    },
    guards: config.guards,
    cameras: config.cameras.map((camera, i) => cameraSettings(camera, resolved.cameras[i] ?? {}, folder)),
    evidence: { maxBytes: config.evidence.max_bytes, maxAgeMs: config.evidence.max_age },
    spool: { maxBytes: config.spool.max_bytes, maxAgeMs: config.spool.max_age },
    webhooks: config.webhooks.map(({ url, on }, i) => ({ url, on, secret: resolved.webhooks?.[i]?.secret })),
    http: {
      listen: config.http.listen,
      publicUrl: config.http.public_url && new URL(config.http.public_url).origin,
      token: resolved.http?.token,
    },
    log: { level: config.log.level },
  })
}

function broker(mqtt: NonNullable<Config['mqtt']>, resolved: Resolved['mqtt']): MqttSettings {
  return {
    url: mqtt.url,
    protocol: mqtt.protocol,
    username: mqtt.username,
    ...resolved,
    topicPrefix: mqtt.topic_prefix,
    images: mqtt.images,
    onvifEvents: mqtt.onvif_events,
    requests: mqtt.requests,
    homeAssistant: mqtt.home_assistant,
  }
}

function cameraSettings(camera: CameraConfig, resolved: Resolved['cameras'][number], folder: string): CameraSettings {
  const { timeouts, detection, purify } = camera
  const { restream, ...login } = resolved
  return {
    id: camera.id,
    url: streamOrPath(camera.url, folder),
    listen: camera.listen,
    username: camera.username,
    ...login,
    transport: camera.transport,
    decode: camera.decode,
    frame: camera.frame,
    timeouts: {
      connectMs: timeouts.connect,
      firstFrameMs: timeouts.first_frame,
      stallMs: timeouts.stall,
      frozenMs: timeouts.frozen,
    },
    detection: {
      mode: detection.mode,
      threshold: detection.threshold,
      margin: detection.margin,
      falseAlarmsPerDay: detection.false_alarms_per_day,
      clearAfterMs: detection.clear_after,
      raiseWithinMs: detection.raise_within,
    },
    tamper: camera.tamper,
    purify: { enabled: purify.enabled, maxPasses: purify.max_passes },
    restream: {
      url: camera.restream.url,
      when: camera.restream.when,
      username: camera.restream.username,
      password: restream?.password,
      ca: restream?.ca,
    },
  }
}

function streamOrPath(url: string, folder: string): string {
  const scheme = schemeOf(url)
  if (scheme === undefined) return resolve(folder, url)
  return scheme === 'file' ? fileURLToPath(url) : url
}

function nameOrPath(text: string, folder: string): string {
  return text.includes('/') ? resolve(folder, text) : text
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
