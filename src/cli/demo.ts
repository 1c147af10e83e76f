/** `framewarden demo`: the whole of it, in a minute, on a machine that has nothing. */
import { FwError } from '../core/errors.js'
import { runDemo } from '../demo/demo.js'
import { guardRealCamera } from '../demo/real-camera.js'
import { screenOn } from '../demo/screen.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const PASSWORD = 'FRAMEWARDEN_PASSWORD'
const SECONDS = { least: 5, most: 600, usual: '10' } as const

export const demo: Command = {
  name: 'demo',
  usage: 'demo [--out DIR] [--seconds N] [--camera URL [--username NAME]]',
  summary: 'Show the guard at work on a drawn street, or on a camera of yours',
  help: `Starts a broker on loopback, a camera that sends a drawn street by RTSP, and \`framewarden run\` on a configuration that it
writes. The street is shown clean, then with an adversarial perturbation put in before the encoder, then clean again. Printed are
a line of frames a second, score and state, and each MQTT message as a subscriber gets it. Pictures before, after and their
difference are written into DIR, with demo.png of all three.

With --camera a camera of yours is guarded in the same way, until Ctrl-C.

Options:
  --out DIR        where configuration, log and pictures go (./demo-output); files that no demo wrote are never touched
  --seconds N      length of each of the three phases, ${SECONDS.least} to ${SECONDS.most} (${SECONDS.usual})
  --camera URL     rtsp:// or rtsps:// address of a camera, without user name and password in it
  --username NAME  user name at the camera; its password is taken from $${PASSWORD}

Exit: 0 nothing was raised while clean, the attack was, and it was cleared after; with --camera: stopped. 1 one of these failed.
2 usage.

Example:
  framewarden demo
  ${PASSWORD}=secret framewarden demo --camera rtsp://10.0.0.12/stream2 --username viewer`,
  async run(argv, output) {
    const { values, positionals } = parseArguments(argv, {
      out: { type: 'string', default: 'demo-output' },
      seconds: { type: 'string' },
      camera: { type: 'string' },
      username: { type: 'string' },
    })
    if (positionals.length > 0) throw new FwError('FW_USAGE', `demo takes no '${positionals[0]}'`)
    const { out, camera: url, username } = values
    if (url === undefined && username !== undefined) throw new FwError('FW_USAGE', '--username belongs to --camera')
    if (url !== undefined && values.seconds !== undefined)
      throw new FwError('FW_USAGE', '--seconds is for the street camera; --camera runs until Ctrl-C')
    const phaseMs = secondsOf(values.seconds ?? SECONDS.usual) * 1_000

    const stop = new AbortController()
    const onStop = () => stop.abort()
    // with a terminal that is closed, children would stay behind
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onStop)
    output?.addEventListener('abort', onStop)
    const screen = screenOn(process.stdout)
    if (url === undefined) await runDemo({ out, phaseMs }, screen, stop.signal)
    else await guardRealCamera({ out, url, username, passwordEnv: passwordEnv(username) }, screen, stop.signal)
    return EXIT.done
  },
}

function passwordEnv(username: string | undefined): string | undefined {
  return username !== undefined && process.env[PASSWORD] ? PASSWORD : undefined
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (seconds >= SECONDS.least && seconds <= SECONDS.most) return seconds
  throw new FwError('FW_USAGE', `--seconds '${text}', takes ${SECONDS.least} to ${SECONDS.most}`)
}
