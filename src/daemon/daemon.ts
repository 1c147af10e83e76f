/** The control plane: builds the rooms and joins them, and stops them the other way round. Never touches a pixel. */
import { mkdir } from 'node:fs/promises'
import { secretsOf } from '../config/secrets.js'
import type { AlertBody } from '../core/alert.js'
import { diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import type { Log } from '../log/log.js'
import { startStatus } from '../status/http.js'
import { type Announcer, createAnnouncer } from './announcer.js'
import { guardCount } from './assign.js'
import { boardOf } from './board.js'
import { type Cameras, runCameras } from './cameras.js'
import { systemClock } from './clock.js'
import { clearForgotten } from './forgotten-incidents.js'
import { type OpenIncidents, openIncidents } from './open-incidents.js'
import { createReload, type Reload } from './reload.js'
import { applyStep, tryOut } from './reload-steps.js'
import { type Reporting, startReporting } from './reporting.js'
import { type StopStack, stopStack } from './stop-stack.js'
import { reportToSystemd } from './systemd.js'

const STATS_EVERY_MS = 60_000

export interface DaemonOptions {
  readonly settings: Settings
  readonly version: string
  readonly log: Log
  /** Loads the configuration again; called on each reload. */
  readonly load: () => Promise<Settings>
}

export interface Daemon {
  /** Address of the status server; undefined when it is off. */
  readonly http?: string
  /** Takes the configuration anew; one that cannot be used changes nothing. Never rejects. */
  readonly reload: Reload['reload']
}

/**
 * Runs until `signal`; `onStarted` is called when all rooms are up. Resolves when everything is stopped and no child is left.
 * Throws FW_STATE_DIR, FW_STATE_LOCKED or FW_HTTP_LISTEN at the start.
 */
export async function runDaemon(
  options: DaemonOptions,
  signal: AbortSignal,
  onStarted: (daemon: Daemon) => void,
): Promise<void> {
  const stops = stopStack()
  try {
    onStarted(await build(options, stops, signal))
    await aborted(signal)
  } finally {
    await stops.stop()
  }
}

/** In the order of what needs what; each part's stop goes on the stack as it comes. */
async function build(options: DaemonOptions, stops: StopStack, signal: AbortSignal): Promise<Daemon> {
  const { settings, version, log } = options
  const unit = { unit: settings.unit, version, startedMs: Date.now() }
  await makeStateDir(settings.stateDir)
  const reporting = await startReporting(settings, log, stops)
  const { diagnostics, delivery } = reporting
  const incidents = openIncidents(settings.stateDir, (text) =>
    diagnostics.note(diagnostic('FW_STATE_DIR', 'incidents', text)),
  )
  await clearForgotten(incidents, settings.cameras, delivery.alert)

  const shown = { guards: () => cameras.guards(), entries: () => cameras.entries() }
  const announcer = createAnnouncer(unit, shown, delivery, log)
  const cameras = startCameras(options, reporting, incidents, announcer, stops)
  announcer.all()
  const stats = setInterval(announcer.stats, STATS_EVERY_MS)
  stops.add(() => clearInterval(stats))

  const snapshot = () => boardOf(unit, cameras.guards(), cameras.entries(), delivery.snapshot(), diagnostics.recent())
  const http = settings.http && (await startPage(settings.http, snapshot, log, stops))

  const reload = createReload(
    settings,
    {
      load: async () => {
        const file = await options.load()
        log.mask(secretsOf(file))
        return file
      },
      tryOut: (trial, next) => tryOut(trial, next, log, signal),
      apply: (step, next) => applyStep(step, next, { ...reporting, log, cameras }),
      async onSettled(now) {
        await clearForgotten(incidents, now.cameras, delivery.alert)
        announcer.all()
      },
      onDiagnostic: (d) => diagnostics.note(d),
      onInfo: (text) => log.info(text),
    },
    signal,
  )
  stops.add(reload.idle)

  const systemd = await reportToSystemd(process.env, snapshot, (text) => log.warn(text))
  stops.add(systemd.stopping)
  return { http, reload: reload.reload }
}

function startCameras(
  { settings, log }: DaemonOptions,
  { delivery, diagnostics }: Reporting,
  incidents: OpenIncidents,
  announcer: Announcer,
  stops: StopStack,
): Cameras {
  const ended = new AbortController()
  const cameras = runCameras(
    settings,
    guardCount(settings.guards, settings.cameras.length),
    incidents,
    systemClock(),
    {
      async onAlert(body: AlertBody) {
        const { seq, kind, score } = await delivery.alert(body)
        const line = `alert ${seq}: camera '${body.camera}' ${body.phase}, kind ${kind}, score ${score}`
        log.warn({ camera: body.camera, incident: body.incident, seq }, line)
      },
      onCamera: announcer.camera,
      onGuards: announcer.unit,
      onDiagnostic: diagnostics.note,
      onLine: (guard, line) => log.debug({ guard }, line),
    },
    ended.signal,
  )
  stops.add(async () => {
    ended.abort()
    await cameras.done
    announcer.stopped()
  })
  return cameras
}

async function startPage(
  http: NonNullable<Settings['http']>,
  snapshot: Parameters<typeof startStatus>[0]['snapshot'],
  log: Log,
  stops: StopStack,
): Promise<string> {
  const ended = new AbortController()
  const onError = (error: unknown) => log.error({ error }, 'status page')
  const status = await startStatus({ ...http, snapshot, signal: ended.signal, onError })
  stops.add(status.close)
  return status.address
}

async function makeStateDir(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new FwError('FW_STATE_DIR', `${stateDir} cannot be made: ${(cause as Error).message}`, { cause })
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
