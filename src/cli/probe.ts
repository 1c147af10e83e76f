/** `framewarden probe`: what a camera sends, by which transport, how soon, before it is put into a configuration. */
import { readFile } from 'node:fs/promises'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { type CameraProbe, probeCamera } from '../camera/probe.js'
import { times } from '../camera/probe-suggestions.js'
import type { Transport, TransportProbe } from '../camera/transport-probe.js'
import { DEFAULT_CAMERA } from '../config/defaults.js'
import { type FwCode, FwError, REMEDIES } from '../core/errors.js'
import { jsonLine, printable } from '../core/printable.js'
import { parseArguments } from './arguments.js'
import { cameraEntry } from './camera-entry.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const OPTIONS = {
  username: { type: 'string' },
  ca: { type: 'string' },
  transport: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export const probe: Command = {
  name: 'probe',
  usage: 'probe URL [--username NAME] [--ca FILE] [--transport tcp|udp] [--json]',
  summary: 'Look at a camera: codec, size, rate, and the transport that works',
  help: `
URL is rtsp://, rtsps:// or a recorded file, without credentials. The password is taken from FRAMEWARDEN_PASSWORD, the user
name from --username or FRAMEWARDEN_USERNAME; neither shows in the process list.

  --username NAME      user name at the camera
  --ca FILE            PEM of the authority that signs an rtsps camera's certificate (the system's)
  --transport tcp|udp  try this one alone (both)
  --json               one JSON object

Prints what the camera sends and, when it does, the entry for \`cameras:\` of the configuration.

Exit: 0 the camera sends pictures, 1 it does not, 2 usage.

Example: FRAMEWARDEN_PASSWORD=... framewarden probe rtsp://10.0.0.12/stream2 --username viewer`,
  run,
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [url, ...more] = positionals
  if (url === undefined || more.length > 0) throw new FwError('FW_USAGE', 'probe takes one URL')
  const { transport } = values
  if (transport !== undefined && transport !== 'tcp' && transport !== 'udp') {
    throw new FwError('FW_USAGE', `probe: --transport ${transport}, not tcp or udp`)
  }
  const username = values.username ?? process.env.FRAMEWARDEN_USERNAME
  const password = process.env.FRAMEWARDEN_PASSWORD
  const ca = values.ca === undefined ? undefined : await readCa(values.ca)
  const ffmpeg = await findFfmpeg()
  const camera = { url, username, password, ca, decode: 'none', timeouts: DEFAULT_CAMERA.timeouts } as const
  const transports: readonly Transport[] | undefined = transport === undefined ? undefined : [transport]
  // Ctrl-C ends this process and, by the terminal, its child.
  const seen = await probeCamera(camera, { ffmpeg, signal: new AbortController().signal, transports })
  const { path, version, origin, why } = ffmpeg
  const passwordEnv = password === undefined ? undefined : 'FRAMEWARDEN_PASSWORD'
  const config = cameraEntry({ url, username, passwordEnv, ca: values.ca }, seen)
  if (values.json) console.log(jsonLine({ url, ffmpeg: { path, version, origin, why }, ...seen, config }))
  else {
    for (const line of probeLines(url, seen)) console.log(printable(line))
    console.log(printable(`ffmpeg      ${path}, ${version} (${why})`))
    if (config !== undefined) console.log(`\n# For the configuration; give it an id of your own.\n${config.trimEnd()}`)
  }
  return seen.works === undefined ? EXIT.failed : EXIT.done
}

async function readCa(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new FwError('FW_USAGE', `--ca ${path}: ${cause.code}`, { cause })
  })
}

/** The result for a person, a fact a line. */
export function probeLines(url: string, seen: CameraProbe): string[] {
  const { video, audio } = seen
  const lines = [`camera      ${url}`]
  if (video !== undefined) {
    const rate = seen.works?.measuredFps ?? video.fps
    const announced = video.fps !== undefined && video.fps !== rate ? `, the stream says ${video.fps}` : ''
    lines.push(
      `video       ${video.codec}${video.profile ? ` (${video.profile})` : ''}, ${video.width}x${video.height}`,
    )
    lines.push(`rate        ${rate === undefined ? 'unknown' : `${rate} frames a second${announced}`}`)
    lines.push(`pixels      ${video.pixelFormat}, range ${video.range}`)
    lines.push(`sound       ${audio ?? 'none'}`)
  }
  for (const one of seen.tries) lines.push(`${(one.transport ?? 'file').padEnd(12)}${outcome(one)}`)
  for (const suggestion of seen.suggestions) lines.push(`suggestion  ${suggestion}`)
  return lines
}

/** What helps here, where there is no configuration yet; the other transport is tried anyway. */
const REMEDIES_HERE: Partial<Record<FwCode, string>> = {
  FW_CAMERA_AUTH: 'Give the user name by --username and the password by FRAMEWARDEN_PASSWORD.',
  FW_CAMERA_TIMEOUT: 'Check the network to the camera.',
  FW_CAMERA_STALLED: 'Check the network to the camera.',
  FW_CAMERA_ENDED: 'See whether the camera serves one client alone.',
  FW_CAMERA_TLS: 'Check the certificate and its host name, or name the authority that signs it by --ca.',
  FW_CAMERA_TRANSPORT: '',
}

function outcome(one: TransportProbe): string {
  const { cause } = one
  if (cause !== undefined)
    return `${cause.code}: ${cause.text}. ${REMEDIES_HERE[cause.code] ?? REMEDIES[cause.code]}`.trim()
  const damage = one.damage > 0 ? `, data lost or damaged ${times(one.damage)}` : ''
  return `works: first picture after ${one.firstFrameMs} ms, ${one.frames} pictures${damage}`
}
