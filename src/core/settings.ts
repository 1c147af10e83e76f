/** The configuration as the rooms receive it: parsed, defaulted, units in names, secrets and PEM files read. */
import type { Phase } from './alert.js'
import type { FwCode } from './errors.js'

import type { TamperSettings } from './tamper/kinds.js'

export type SecretRef = { readonly env: string } | { readonly file: string } | { readonly credential: string }
export type Decode = 'none' | 'cuda' | 'nvv4l2dec' | 'nvmpi' | 'v4l2m2m' | 'vaapi'
export type Provider = 'tensorrt' | 'cuda' | 'cpu'
export type RuntimeName = 'node' | 'python'
export type Mode = 'cascade' | 'full'

/** One camera; what the guard that owns it is sent. `password` is the resolved secret: never logged, never in argv. */
export interface CameraSettings {
  readonly id: string
  /** rtsp://, rtsps://, or the absolute path of a file. No credentials inside. */
  readonly url: string
  /** The camera pushes to us: ffmpeg listens on `url`. */
  readonly listen: boolean
  readonly username?: string
  readonly password?: string
  /** PEM of the authorities that may sign an rtsps camera's certificate; undefined: the system's. */
  readonly ca?: string
  readonly transport: 'tcp' | 'udp'
  readonly decode: Decode
  readonly frame: { readonly width: number; readonly rate: number }
  readonly timeouts: {
    readonly connectMs: number
    readonly firstFrameMs: number
    readonly stallMs: number
    readonly frozenMs: number
  }
  readonly detection: {
    readonly mode: 'auto' | Mode
    /** Log-odds above which a frame is flagged; auto: the bundle's. */
    readonly threshold: 'auto' | number
    /** Log-odds over the camera's own level from which a frame is flagged; auto: from the camera's own tail. */
    readonly margin: 'auto' | number
    readonly falseAlarmsPerDay: number
    readonly clearAfterMs: number
    /** Upper aim for the time to raise; auto: no aim, the evidence decides. */
    readonly raiseWithinMs: 'auto' | number
  }
  readonly tamper: TamperSettings
  readonly purify: { readonly enabled: boolean; readonly maxPasses: number }
  readonly restream: RestreamSettings
}

/** The cleaned stream. `password` is the resolved secret: never logged, never in argv. */
export interface RestreamSettings {
  /** rtsp:// or rtsps://, no credentials inside; undefined: no cleaned stream. */
  readonly url?: string
  readonly when: 'always' | 'incident'
  readonly username?: string
  readonly password?: string
  /** PEM of the authorities that may sign the server's certificate; undefined: the system's. */
  readonly ca?: string
}

export interface ModelSettings {
  /** Name under models/, or the absolute path of a bundle folder. */
  readonly bundle: string
  /** What runs the networks; auto: what proves itself fastest by a run. */
  readonly runtime: 'auto' | RuntimeName
  /** Python of `runtime: python`: a name on PATH, or an absolute path. */
  readonly python: string
  readonly providers: 'auto' | readonly Provider[]
  readonly requireGpu: boolean
  readonly precision: 'auto' | 'fp32' | 'int8' | 'fp16'
  readonly threads: 'auto' | number
  readonly requireSignature: boolean
  /** PEM of a key whose bundles are trusted, beside those in /etc/framewarden/model-keys. */
  readonly publicKey?: string
}

export interface MqttSettings {
  readonly url: string
  readonly protocol: 'auto' | 5 | 4
  readonly username?: string
  readonly password?: string
  /** PEM texts. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly topicPrefix: string
  /** The picture of a camera's last alert is retained at the broker. */
  readonly images: boolean
  /** Tamper and loss of signal go there as ONVIF property events, too. */
  readonly onvifEvents: boolean
  /** What may be asked of this unit over MQTT: nothing, what changes nothing, or all. */
  readonly requests: 'off' | 'read' | 'write'
  readonly homeAssistant: { readonly enabled: boolean; readonly prefix: string }
}

export interface WebhookSettings {
  /** Shown nowhere but by its host: the path may be a secret. */
  readonly url: string
  /** The resolved secret that requests are signed with: never logged. */
  readonly secret?: string
  /** Alerts of these phases go there. */
  readonly on: readonly Phase[]
}

export interface HttpSettings {
  /** undefined: nothing is served. */
  readonly listen: { readonly host: string; readonly port: number } | undefined
  /** Origin under which people reach the page: `https://gate-7.example`. */
  readonly publicUrl?: string
  /** The resolved secret: never logged. */
  readonly token?: string
}

export interface Retention {
  readonly maxBytes: number
  readonly maxAgeMs: number
}

export interface Settings {
  readonly unit: string
  readonly stateDir: string
  /** Path or program name of the ffmpeg to run; undefined: found by the usual order. */
  readonly ffmpeg?: string
  /** undefined: no broker; alerts stay in the spool and the log. */
  readonly mqtt?: MqttSettings
  readonly models: ModelSettings
  readonly guards: 'auto' | number
  readonly cameras: readonly CameraSettings[]
  readonly evidence: Retention
  readonly spool: Retention
  readonly webhooks: readonly WebhookSettings[]
  /** Cameras of the file that are not guarded because of mistakes in it, with `run --tolerant`; undefined: none. */
  readonly leftOut?: readonly {
    readonly camera: string
    readonly problems: readonly {
      readonly code: FwCode
      readonly line: number
      readonly column: number
      readonly text: string
    }[]
  }[]
  readonly http: HttpSettings
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' }
}
