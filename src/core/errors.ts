/** Every coded error and diagnostic of framewarden. The code is the contract; docs and a test follow this table. */
import { printable } from './printable.js'

/** Text of each code's remedy. `FwError.message` reads `what, whom, value, limit. Remedy.`; the code stands before it when shown. */
export const REMEDIES = {
  // configuration
  FW_CONFIG_MISSING: 'Name a configuration file that is there and that this user may read.',
  FW_CONFIG_SIZE: 'A unit takes at most 1,000 cameras and a file of 512 KiB; spread the cameras over more units.',
  FW_CONFIG_SYNTAX: 'Mend the YAML at the place named.',
  FW_CONFIG_KEY: 'Remove the key or correct its name; `framewarden schema` lists all keys.',
  FW_CONFIG_VALUE: 'Correct the value; `framewarden schema` says what the key takes.',
  FW_CONFIG_SECRET: 'Give the secret by { env: NAME }, { file: PATH } or { credential: NAME }.',
  FW_USAGE: 'See `framewarden --help`.',
  // cameras
  FW_CAMERA_AUTH: "Check the camera's username and password.",
  FW_CAMERA_REFUSED: "Check address and port, and that the camera's RTSP service is on.",
  FW_CAMERA_DNS: 'Check the host name and the resolver, or use an IP address.',
  FW_CAMERA_NOT_FOUND: 'Check the stream path; the camera does not know this one.',
  FW_CAMERA_TRANSPORT:
    'Change `transport` from udp to tcp or from tcp to udp; `framewarden probe` says which one works.',
  FW_CAMERA_UNREACHABLE: 'Check cable, address and firewall between this unit and the camera.',
  FW_CAMERA_TIMEOUT: 'Check the network to the camera, or raise timeouts.connect and timeouts.first_frame.',
  FW_CAMERA_STALLED: 'The stream is restarted; if it repeats, check the network or raise timeouts.stall.',
  FW_CAMERA_FROZEN: 'The picture has stopped changing; look at the camera.',
  FW_CAMERA_ENDED: 'It is opened again; if it repeats, look at the camera, or at the server between.',
  FW_CAMERA_AUDIO_ONLY: 'Choose a stream that carries video.',
  FW_CAMERA_CODEC: 'Choose a codec this ffmpeg decodes (H.264, HEVC, MJPEG), or install a fuller ffmpeg.',
  FW_CAMERA_DATA: "Check that the file is whole, or that the address is that of a camera's RTSP stream.",
  FW_CAMERA_RESIZED: 'The stream is opened again at its new size.',
  FW_CAMERA_CORRUPT: 'Packets are lost or damaged; prefer transport tcp, check the network.',
  FW_CAMERA_TLS: 'Check the certificate, its host name, and the `ca` given.',
  FW_CAMERA_CRASH: 'ffmpeg crashed; it is started again. If it repeats, install a current ffmpeg.',
  FW_CAMERA_DECODE_FALLBACK:
    'Hardware decode failed repeatedly; software decode is used. Check the preset and its driver.',
  FW_CAMERA_PAUSED:
    'Somebody has paused it; resume it over MQTT, from Home Assistant, or by starting framewarden again.',
  FW_CAMERA_URL: 'Give an rtsp://, rtsps:// or file address without user name and password in it.',
  FW_RESTREAM_REFUSED:
    'Check restream.url, its user name and password, and that the server lists the stream; the camera stays guarded.',
  FW_RESTREAM_LOST:
    'The cleaned stream is pushed again; if it repeats, list it at the server (go2rtc: streams). The camera stays guarded.',
  FW_RESTREAM_ENCODER: 'Install an ffmpeg with libx264; the camera stays guarded.',
  FW_FFMPEG_MISSING: 'Install ffmpeg >= 5 (Debian: apt install ffmpeg), or set FRAMEWARDEN_FFMPEG.',
  // inference
  FW_MODEL_MISSING: 'Check models.bundle; a bundle is a folder with manifest.json.',
  FW_MODEL_MANIFEST: 'Install the bundle again; its manifest is damaged or of another version.',
  FW_MODEL_HASH: 'Install the bundle again; the file is not the one that its manifest names.',
  FW_MODEL_SIGNATURE: 'Use a bundle signed by a known key, or set models.require_signature: false.',
  FW_MODEL_KEY: 'Give a key as PEM; `openssl genpkey -algorithm ed25519` makes one.',
  FW_MODEL_GOLDEN:
    'The networks compute something else here: install the bundle again, or set models.providers: [cpu].',
  FW_MODEL_ROLLED_BACK: 'Mend or replace the bundle of the configuration, then reload framewarden.',
  FW_MODEL_SHAPE: 'The network does not take what its manifest says; install a matching bundle.',
  FW_MODEL_LOAD: 'ONNX Runtime refuses the network; install the bundle again.',
  FW_PROVIDER_UNAVAILABLE: 'Run `framewarden doctor`; it says which library is missing for each provider.',
  FW_GPU_REQUIRED: 'Install the GPU libraries, or set models.require_gpu: false.',
  FW_WORKER_MISSING:
    'Install onnxruntime and numpy for a Python >= 3.8 and name it in models.python, or set models.runtime: node.',
  FW_WORKER_LOST: 'A new Python worker is started; frames are unscored meanwhile.',
  FW_WORKER_HUNG: 'The Python worker is killed and a new one started; frames are unscored meanwhile.',
  FW_INFERENCE_FAILED: 'The frame is unscored; if it repeats, the guard is replaced.',
  FW_GUARD_LOST: 'A new guard process is started; its cameras are unscored meanwhile.',
  FW_GUARD_HUNG: 'The guard is killed and replaced; its cameras are unscored meanwhile.',
  FW_OVERLOADED: 'Lower frame.rate, spread cameras over more units, or use a GPU.',
  // evidence, spool, delivery
  FW_EVIDENCE_DISK: 'Free disk space under state_dir, or lower evidence.max_bytes. Alerts go on without pictures.',
  FW_INCIDENT_LOG: 'Free disk space under state_dir; alerts go on, the history on the page may have gaps.',
  FW_BASELINE:
    'The camera learns its clean past anew, in about ten minutes; a file that cannot be read or written wants disk space or rights.',
  FW_BASELINE_DRIFT:
    'Look at the camera: a new view or lamp is calibrated anew (`framewarden calibrate`); else an attack may be creeping in.',
  FW_CALIBRATE_REFUSED: 'Calibrate on one clean scene that is recorded for a minute or longer.',
  FW_SPOOL_DISK: 'Free disk space under state_dir; alerts cannot be kept safely until then.',
  FW_SPOOL_CORRUPT: 'The damaged record is set aside; later alerts are kept.',
  FW_SPOOL_FULL: 'The oldest alerts were dropped; restore the broker, or raise spool.max_bytes.',
  FW_STATE_DIR: 'Create state_dir and let this user write it.',
  FW_STATE_LOCKED: 'Another framewarden uses this state_dir; stop it or choose another.',
  FW_BROKER_UNREACHABLE: 'Check mqtt.url and the network; alerts wait on disk.',
  FW_BROKER_REFUSED: "Check mqtt.username, password and the broker's rights; alerts wait on disk.",
  FW_BROKER_TLS: 'Check mqtt.ca, cert, key and the host name in mqtt.url; alerts wait on disk.',
  FW_BROKER_KICKED: 'Another client may use this unit name; alerts wait on disk.',
  FW_BROKER_DENIED:
    'Let the broker accept this unit there, then reload framewarden: until then nothing more is sent on it.',
  FW_WEBHOOK_FAILED: 'Check the address in webhooks, its secret and the receiver; alerts wait on disk.',
  FW_WEBHOOK_REFUSED: 'The receiver will not take this alert; it stays in the history, and later ones are sent.',
  // the rest
  FW_NOT_RUNNING: 'Start it: `framewarden run --config FILE`.',
  FW_CONTROL_DENIED: 'Run this as the user that the daemon runs as, or as root.',
  FW_CONTROL_FAILED: "See the daemon's log; the daemon and this command should be of one version.",
  FW_REQUEST: 'Send one JSON object a line, with a verb that the daemon knows.',
  FW_REQUEST_DENIED: 'Set mqtt.requests: write, and let the broker say who may ask.',
  FW_REQUESTS_DROPPED: 'Ask less often: 20 requests at once, then 5 a second, are answered.',
  FW_CAMERA_UNKNOWN: 'Name a camera of the configuration that the daemon runs on.',
  FW_INCIDENT_UNKNOWN: '`framewarden incidents --config FILE` lists those that the unit remembers.',
  FW_DRILL_REFUSED:
    'Drill a camera that is guarded, has no open incident and is not being drilled; its state is on the page.',
  FW_HTTP_LISTEN: 'Choose a free http.listen address.',
  FW_SOURCE: 'Name a readable file, folder or stream.',
  FW_SCAN_INCOMPLETE: 'Run the shards named again with the same sources and --out; what is done is not judged again.',
  FW_OUTPUT: 'Free disk space where the output goes, or send it elsewhere.',
  FW_LABELS: 'labels.csv needs the columns file,label[,group]; see `framewarden evaluate --help`.',
  FW_EVIDENCE_RANGE: 'A p-value lies in (0, 1].',
  FW_DEMO_FAILED: 'See the messages above.',
  FW_INTERNAL: 'Please report this with the lines above.',
} as const

export type FwCode = keyof typeof REMEDIES

/** An expected failure with its code. `message` is one line: what, whom, value, limit; the remedy is the code's, or a nearer one. */
export class FwError extends Error {
  readonly code: FwCode
  readonly remedy: string

  constructor(code: FwCode, what: string, options: { cause?: unknown; remedy?: string } = {}) {
    super(what, options)
    this.name = 'FwError'
    this.code = code
    this.remedy = options.remedy ?? REMEDIES[code]
  }
}

/** One line for a person: `FW_CODE: what. Remedy.` Nothing in it steers a terminal. */
export function describe(error: unknown): string {
  if (error instanceof FwError) return `${error.code}: ${sentence(printable(error.message))} ${error.remedy}`
  const text = error instanceof Error ? error.message : String(error)
  return `FW_INTERNAL: ${sentence(printable(text.split('\n')[0] ?? ''))} ${REMEDIES.FW_INTERNAL}`
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
