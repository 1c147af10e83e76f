/** The least that a configuration holds, to be spoilt by a test one line at a time. */
export const LEAST = `unit: gate-7
cameras:
  - id: north-door
    url: rtsp://10.0.0.12/stream2
`

/** Every key that files of version 0.1 may hold: none of them may ever be refused. */
export const WHOLE = `unit: gate-7
state_dir: /var/lib/framewarden
mqtt: { url: mqtts://broker:8883, protocol: auto, username: gate-7, password: { credential: mqtt }, ca: ca.pem, cert: , key: , topic_prefix: framewarden,
        home_assistant: { enabled: false, prefix: homeassistant } }
models: { bundle: camera, runtime: auto, python: python3, providers: auto, require_gpu: false,
          precision: auto, threads: auto, require_signature: false }
guards: auto
defaults: {}
cameras:
  - id: north-door
    url: rtsp://10.0.0.12/stream2
    username: viewer
    password: { env: NORTH_DOOR }
    transport: tcp
    decode: none
    frame: { width: 640, rate: 15 }
    timeouts: { connect: 10s, first_frame: 15s, stall: 5s, frozen: 30s }
    detection: { mode: auto, threshold: auto, margin: auto, false_alarms_per_day: 0.1, clear_after: 10s, raise_within: auto }
    purify: { enabled: true, max_passes: 3 }
    restream: { url: , when: always }
evidence: { max_bytes: 2GiB, max_age: 30d }
spool: { max_bytes: 256MiB, max_age: 7d }
http: { listen: 127.0.0.1:9464 }
log: { level: info }
`
