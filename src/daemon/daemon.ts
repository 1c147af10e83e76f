/** The control plane: builds the rooms, joins them, reloads, and stops them in order. Never touches a pixel. */
import { mkdir } from 'node:fs/promises'
import { diffSettings } from '../config/diff.js'
import { secretsOf } from '../config/secrets.js'
import type { CameraFacts } from '../core/camera-facts.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { describe, FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { type Delivery, type DeliveryOptions, startDelivery } from '../delivery/delivery.js'
import type { Log } from '../log/log.js'
import { startStatus } from '../status/http.js'
import { guardCount } from './assign.js'
import { boardOf } from './board.js'
import { type Cameras, runCameras } from './cameras.js'
import { systemClock } from './clock.js'
import { createDiagnostics } from './diagnostics.js'
import { openIncidents } from './open-incidents.js'
import { cameraStatePayload, statsPayload, unitStatePayload } from './payloads.js'
import { systemdNotifier } from './systemd.js'

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
  /** Takes the configuration anew: what has changed is restarted, a bad file changes nothing. */
  reload(): Promise<void>
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
  const { log, version } = options
  let settings = options.settings
  const unit = { unit: settings.unit, version, startedMs: Date.now() }
  await makeStateDir(settings.stateDir)

  const stopped = new AbortController()
  let delivery: Delivery | undefined
  const diagnostics = createDiagnostics((d, line) => {
    log.warn({ code: d.code, subject: d.subject, count: d.count }, line)
    delivery?.diagnostic(d)
  }, stopped.signal)
  const note = (d: Diagnostic) => diagnostics.note(d)

  delivery = await startDelivery(deliveryOptions(settings, note)).catch((error) => {
    stopped.abort()
    throw error
  })
  const incidents = openIncidents(settings.stateDir, (text) => note(diagnostic('FW_STATE_DIR', 'incidents', text)))
  await clearForgotten()

  let lastUnitState = ''
  /** Alerts wait while the connection and the spool are opened anew. */
  let replaced: Promise<void> = Promise.resolve()
  const guardsEnd = new AbortController()
  const cameras: Cameras = runCameras(
    settings,
    guardCount(settings.guards, settings.cameras.length),
    incidents,
    systemClock(),
    {
      async onAlert(body) {
        await replaced
        const alert = await delivery!.alert(body)
        log.warn({ camera: body.camera, incident: body.incident, seq: alert.seq }, alertLine(body.phase, alert))
      },
      onCamera: publishCamera,
      onGuards: publishUnit,
      onDiagnostic: note,
      onLine: (guard, line) => log.debug({ guard }, line),
    },
    guardsEnd.signal,
  )
  cameras.entries().forEach((entry) => {
    delivery!.cameraState(entry.id, cameraStatePayload(entry))
  })
  const status = settings.http && (await startStatusOrStop(settings.http))
  const stats = setInterval(publishStats, STATS_EVERY_MS)
  const systemd = systemdNotifier(process.env, signal, (text) => log.warn(text))
  systemd.ready()
  onStarted({ http: status?.address, reload })

  await aborted(signal)
  systemd.stopping()
  clearInterval(stats)
  guardsEnd.abort()
  await cameras.done
  for (const entry of cameras.entries()) {
    delivery.cameraState(entry.id, { ...cameraStatePayload(entry), state: 'stopped', scored: false })
  }
  await delivery.stop()
  await status?.close()
  stopped.abort()

  function publishCamera(camera: CameraFacts, before: CameraFacts): void {
    const { id, state } = camera
    if (state !== before.state) log.info({ camera: id, state }, `camera '${id}': ${state}`)
    delivery!.cameraState(id, cameraStatePayload(camera))
    publishUnit()
  }

  function publishUnit(): void {
    const payload = unitStatePayload(unit, cameras.guards(), cameras.entries())
    const text = JSON.stringify(payload)
    if (text === lastUnitState) return
    lastUnitState = text
    delivery!.unitState(payload)
  }

  function publishStats(): void {
    for (const entry of cameras.entries()) delivery!.stats(entry.id, statsPayload(entry, Date.now()))
  }

  /** Incidents of cameras that are no longer configured: nobody else would ever end them. */
  async function clearForgotten(): Promise<void> {
    for (const { incident, body } of incidents.all()) {
      if (settings.cameras.some((camera) => camera.id === body.camera)) continue
      const captured_at = new Date().toISOString()
      await delivery!.alert({ ...body, phase: 'cleared', captured_at })
      incidents.note({ incident: { ...incident, phase: 'cleared' }, body })
      await incidents.save()
    }
  }

  async function startStatusOrStop(http: NonNullable<Settings['http']>) {
    try {
      const snapshot = () =>
        boardOf(unit, cameras.guards(), cameras.entries(), delivery!.snapshot(), diagnostics.recent())
      return await startStatus({
        ...http,
        snapshot,
        signal: stopped.signal,
        onError: (error) => log.error({ error }, 'status page'),
      })
    } catch (error) {
      guardsEnd.abort()
      await cameras.done
      await delivery!.stop()
      stopped.abort()
      throw error
    }
  }

  async function replaceDelivery(): Promise<void> {
    await delivery!.stop()
    delivery = await startDelivery(deliveryOptions(settings, note))
  }

  async function reload(): Promise<void> {
    let next: Settings
    try {
      next = await options.load()
    } catch (error) {
      const code = error instanceof FwError ? error.code : 'FW_INTERNAL'
      note(diagnostic(code, 'reload', `${describe(error)} The configuration from before stays`))
      return
    }
    const changes = diffSettings(settings, next)
    const effects = new Set(changes.map((change) => change.effect))
    log.info({ changes: changes.map((change) => change.path) }, `reload: ${changes.length} changes`)
    if (effects.has('process')) {
      const paths = changes.filter((change) => change.effect === 'process').map((change) => change.path)
      log.warn(`reload: ${paths.join(', ')} take effect when framewarden is started again`)
    }
    for (const id of settings.cameras.map((c) => c.id)) {
      if (!next.cameras.some((camera) => camera.id === id)) delivery!.forgetCamera(id)
    }
    settings = {
      ...next,
      unit: settings.unit,
      stateDir: settings.stateDir,
      guards: settings.guards,
      http: settings.http,
    }
    log.level = settings.log.level
    log.mask(secretsOf(settings))
    if (effects.has('broker')) {
      replaced = replaceDelivery()
      await replaced
      lastUnitState = ''
    }
    const concerned = (live: boolean) =>
      new Set(changes.flatMap((c) => (c.camera !== undefined && (c.effect === 'live') === live ? [c.camera] : [])))
    cameras.replace(settings, concerned(false), concerned(true))
    if (effects.has('guard')) void cameras.restartGuards()
    await clearForgotten()
    cameras.entries().forEach((entry) => {
      delivery!.cameraState(entry.id, cameraStatePayload(entry))
    })
    publishUnit()
  }
}

function deliveryOptions(settings: Settings, onDiagnostic: (d: Diagnostic) => void): DeliveryOptions {
  const { unit, stateDir, mqtt, spool } = settings
  return { unit, stateDir, mqtt, spool, cameras: settings.cameras.map((camera) => camera.id), onDiagnostic }
}

async function makeStateDir(stateDir: string): Promise<void> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new FwError('FW_STATE_DIR', `${stateDir} cannot be made: ${(cause as Error).message}`, { cause })
  }
}

function alertLine(phase: string, alert: { camera: string; kind: string; score: number; seq: number }): string {
  return `alert ${alert.seq}: camera '${alert.camera}' ${phase}, kind ${alert.kind}, score ${alert.score}`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
