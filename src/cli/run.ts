/** `framewarden run`: the daemon. */

import { keptBundle } from '../bundles/kept-bundle.js'
import { loadConfig } from '../config/load.js'
import { secretsOf } from '../config/secrets.js'
import { FwError } from '../core/errors.js'
import { type Daemon, runDaemon } from '../daemon/daemon.js'
import { findBundle, readBundle } from '../inference/bundle.js'
import { createLog } from '../log/log.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'
import { version } from './version.js'

/** For the last lines of the log, once all else is stopped. */
const LAST_LINES_MS = 500

export const runCommand: Command = {
  name: 'run',
  usage: 'run --config FILE [--tolerant]',
  summary: 'Guard the cameras of a configuration',
  help: `Guards the cameras of FILE until SIGTERM or Ctrl-C. SIGHUP takes the file anew: only what has changed is restarted. A file
with mistakes, or with a bundle, ffmpeg or GPU that cannot be used here, changes nothing. Log lines go to standard error.

Options:
  --config FILE   the configuration; \`framewarden check-config FILE\` says what is wrong with it
  --tolerant      a camera that has mistakes in its own part of FILE is left out, and the others are guarded. It is said at
                  each start and reload, on the page, and /readyz is not ready meanwhile

Exit: 0 stopped, 1 could not start, 2 the configuration is wrong.

Example:
  framewarden run --config /etc/framewarden/config.yaml`,
  async run(argv) {
    const { values, positionals } = parseArguments(argv, { config: { type: 'string' }, tolerant: { type: 'boolean' } })
    const path = values.config
    if (path === undefined || positionals.length > 0)
      throw new FwError('FW_USAGE', 'run takes --config FILE, perhaps --tolerant, and nothing else')
    const load = () => loadConfig(path, process.env, { tolerant: values.tolerant })
    const settings = await load()
    // A damaged bundle ends the start at once; later it would be a guard that dies again and again. With the one before at
    // hand the guards say what is wrong and go on with that.
    await readBundle(findBundle(settings.models.bundle)).catch(async (error) => {
      if (!(await keptBundle(settings.stateDir))) throw error
    })

    const log = createLog({ level: settings.log.level, secrets: secretsOf(settings) })
    const stop = new AbortController()
    const onStop = (signal: string) => {
      log.info(`${signal}: stopping`)
      stop.abort()
    }
    process.once('SIGTERM', onStop)
    process.once('SIGINT', onStop)
    let running: Daemon | undefined
    let reloadWanted = false
    process.on('SIGHUP', () => {
      // before it has started there is nothing to reload yet; without a handler SIGHUP would end the process
      reloadWanted = running === undefined
      void running?.reload()
    })
    await runDaemon({ settings, version, log, load }, stop.signal, (daemon) => {
      const page = daemon.http ? `, http://${daemon.http}/` : ''
      const count = settings.cameras.length
      log.info(
        `framewarden ${version} guards ${count === 1 ? '1 camera' : `${count} cameras`} as unit '${settings.unit}'${page}`,
      )
      running = daemon
      if (reloadWanted) void daemon.reload()
    })
    log.info('stopped')
    // Node would wait without end for a pipe that nobody reads
    if (!(await log.flushed(LAST_LINES_MS))) process.exit(EXIT.done)
    return EXIT.done
  },
}
