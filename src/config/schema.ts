/** The configuration, whole: each key once, with default, unit, text and what a change of it restarts. */
import { z } from 'zod'
import { PHASES } from '../core/alert.js'
import { address, hostAndPort, networkIssue, originIssue } from './address.js'
import { cameraDefaultsSchema, cameraSchema } from './camera-schema.js'
import { durationKey, key, line, SECRET_TAKES, secretRef, sizeKey, slug } from './leaf.js'

const PEM = 'the path of a PEM file'
/** A topic level or several, MQTT 5.0 4.7: no wildcards, no empty level at either end. */
const TOPIC = /^[^\s+#/\p{Cc}]+(?:\/[^\s+#/\p{Cc}]+)*$/u
const TOPIC_TAKES = 'a topic such as site/framewarden, without +, # and spaces'

const homeAssistant = z
  .strictObject({
    enabled: key(z.boolean().prefault(false), {
      description: 'Announce cameras and alarms to Home Assistant.',
      effect: 'broker',
    }),
    prefix: key(z.string().regex(TOPIC).prefault('homeassistant'), {
      description: 'Discovery prefix of Home Assistant.',
      takes: TOPIC_TAKES,
      effect: 'broker',
    }),
  })
  .prefault({})

const mqtt = z
  .strictObject({
    url: key(
      address((text) => networkIssue(text, ['mqtt', 'mqtts'])),
      {
        description: 'The broker that alerts go to. User name and password are keys of their own.',
        takes: 'mqtt:// or mqtts://',
        effect: 'broker',
      },
    ),
    protocol: key(z.union([z.literal('auto'), z.literal(5), z.literal(4)]).prefault('auto'), {
      description: 'MQTT version: 5, or 4 for 3.1.1; auto tries 5 and then 4.',
      takes: 'auto, 5 or 4',
      effect: 'broker',
    }),
    username: key(line.optional(), {
      description: 'User name at the broker.',
      takes: 'text, at least one character',
      effect: 'broker',
    }),
    password: key(secretRef.optional(), {
      description: 'Where the password for the broker is.',
      takes: SECRET_TAKES,
      effect: 'broker',
      secret: true,
    }),
    ca: key(line.optional(), {
      description: "Authorities that may sign the broker's certificate; else the system's.",
      takes: PEM,
      effect: 'broker',
    }),
    cert: key(line.optional(), { description: 'Client certificate.', takes: PEM, effect: 'broker' }),
    key: key(z.union([line, secretRef]).optional(), {
      description: 'Private key of the client certificate.',
      takes: `${PEM}, or ${SECRET_TAKES}`,
      effect: 'broker',
      secret: true,
    }),
    topic_prefix: key(z.string().regex(TOPIC).prefault('framewarden'), {
      description: 'Topics begin with this and the unit.',
      takes: TOPIC_TAKES,
      effect: 'broker',
    }),
    images: key(z.boolean().prefault(false), {
      description: "Keep the labelled picture of each camera's last alert at the broker, at most 64 KiB.",
      effect: 'broker',
    }),
    onvif_events: key(z.boolean().prefault(false), {
      description:
        'Say tamper and loss of signal as ONVIF property events, too (onvif-ej), for video management systems.',
      effect: 'broker',
    }),
    requests: key(z.enum(['off', 'read', 'write']).prefault('read'), {
      description:
        "What may be asked over request/<verb>: read, snapshot and incidents; write, also acknowledge, drill, camera and reload. Who may ask is the broker's to say.",
      effect: 'broker',
    }),
    home_assistant: homeAssistant,
  })
  .optional()

const models = z
  .strictObject({
    bundle: key(line.prefault('camera'), {
      description: 'Model bundle: a name under models/, or the path of a folder with manifest.json.',
      takes: 'a name or a path',
      effect: 'guard',
    }),
    runtime: key(z.enum(['auto', 'node', 'python']).prefault('auto'), {
      description:
        'What runs the networks; auto: Python where it has onnxruntime and is clearly faster in a run, else Node.',
      effect: 'guard',
    }),
    python: key(line.prefault('python3'), {
      description: 'Python with onnxruntime and numpy, for models.runtime auto and python.',
      takes: 'a name or a path',
      effect: 'guard',
    }),
    providers: key(z.union([z.literal('auto'), z.array(z.enum(['tensorrt', 'cuda', 'cpu'])).min(1)]).prefault('auto'), {
      description: 'What runs the networks, first choice first; auto: cuda when its libraries load, else cpu.',
      takes: 'auto or a list of tensorrt, cuda and cpu, such as [cuda, cpu]',
      effect: 'guard',
    }),
    require_gpu: key(z.boolean().prefault(false), {
      description: 'Refuse to guard on the CPU.',
      effect: 'guard',
    }),
    precision: key(z.enum(['auto', 'fp32', 'int8', 'fp16']).prefault('auto'), {
      description: 'Arithmetic of the networks; auto: the fastest that the bundle proves equal.',
      effect: 'guard',
    }),
    threads: key(z.union([z.literal('auto'), z.int().min(1).max(256)]).prefault('auto'), {
      description: 'Frames that one guard judges at a time, each on a core; auto: its part of the processors.',
      takes: 'auto or a whole number from 1 to 256',
      unit: 'threads',
      effect: 'guard',
    }),
    public_key: key(line.optional(), {
      description: 'Key (ed25519) whose bundles are trusted, beside those in /etc/framewarden/model-keys.',
      takes: PEM,
      effect: 'guard',
    }),
    require_signature: key(z.boolean().prefault(false), {
      description: 'Refuse a bundle that no known key has signed.',
      effect: 'guard',
    }),
  })
  .prefault({})

function retention(what: string, effect: 'guard' | 'process', maxBytes: string, maxAge: string, age: string) {
  return z
    .strictObject({
      max_bytes: sizeKey('1MiB', '64TiB', maxBytes, {
        description: `Disk space for ${what}; the oldest go first.`,
        effect,
      }),
      max_age: durationKey('1m', '3650d', maxAge, {
        description: age,
        effect,
      }),
    })
    .prefault({})
}

const httpListen = z.string().transform((text, context) => {
  if (text === 'off') return undefined
  const listen = hostAndPort(text)
  if (listen) return listen
  context.issues.push({ code: 'custom', input: text })
  return z.NEVER
})

export const configSchema = z.strictObject({
  unit: key(slug, {
    description: 'Names this unit in topics and alerts.',
    takes: '1 to 63 of a-z, 0-9 and -, a letter or digit first',
    effect: 'process',
  }),
  state_dir: key(line.prefault('/var/lib/framewarden'), {
    description: 'Folder for the spool, evidence pictures and open incidents.',
    takes: 'a path',
    effect: 'process',
  }),
  ffmpeg: key(line.optional(), {
    description: "The ffmpeg to run; else FRAMEWARDEN_FFMPEG, the system's from version 5, the bundled one.",
    takes: 'a path or the name of a program',
    effect: 'guard',
  }),
  mqtt,
  models,
  guards: key(z.union([z.literal('auto'), z.int().min(1).max(64)]).prefault('auto'), {
    description: 'Guard processes that share the cameras; auto: one for six cameras, at most one a processor.',
    takes: 'auto or a whole number from 1 to 64',
    unit: 'processes',
    effect: 'process',
  }),
  defaults: cameraDefaultsSchema.prefault({}),
  cameras: z.array(cameraSchema).min(1),
  evidence: retention('evidence pictures', 'guard', '2GiB', '30d', 'Age at which evidence pictures go.'),
  spool: retention(
    'alerts',
    'process',
    '256MiB',
    '7d',
    'Age at which alerts go that the broker has; counted while framewarden runs, so a clock that is set takes none.',
  ),
  webhooks: z
    .array(
      z.strictObject({
        url: key(
          address((text) => networkIssue(text, ['http', 'https'])),
          {
            description: 'Where alerts are posted as JSON. It is shown by its host alone.',
            takes: 'http:// or https://',
            effect: 'live',
          },
        ),
        secret: key(secretRef.optional(), {
          description: 'Where the secret is that requests are signed with (Standard Webhooks, HMAC-SHA256).',
          takes: SECRET_TAKES,
          effect: 'live',
          secret: true,
        }),
        on: key(z.array(z.enum(PHASES)).min(1).prefault(['raised', 'cleared']), {
          description: 'Which alerts go there.',
          takes: 'a list of raised, updated and cleared',
          effect: 'live',
        }),
      }),
    )
    .prefault([]),
  http: z
    .strictObject({
      listen: key(httpListen.prefault('127.0.0.1:9464'), {
        description: 'Where health, metrics and the page are served; off loopback http.token is needed.',
        takes: 'HOST:PORT or off',
        effect: 'process',
      }),
      public_url: key(address((text) => originIssue(text)).optional(), {
        description:
          'Where people reach the page, a proxy perhaps: alerts and webhooks carry links to it, and its host is accepted.',
        takes: 'http:// or https:// with a host, and no path',
        effect: 'process',
      }),
      token: key(secretRef.optional(), {
        description:
          'Where the token is that guards all but /healthz; drill and acknowledge work from the page only with it.',
        takes: SECRET_TAKES,
        effect: 'process',
        secret: true,
      }),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: key(z.enum(['debug', 'info', 'warn', 'error']).prefault('info'), {
        description: 'Least severity that is logged.',
        effect: 'live',
      }),
    })
    .prefault({}),
})

/** A configuration as checked: keys as in the file, durations in ms, sizes in bytes, secrets still by reference. */
export type Config = z.output<typeof configSchema>
/** As it is written: durations and sizes as text, what has a default left out. */
export type ConfigFile = z.input<typeof configSchema>
export type CameraConfig = Config['cameras'][number]
