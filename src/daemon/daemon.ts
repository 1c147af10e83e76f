/** The control plane: builds the rooms and joins them, and stops them the other way round. Never touches a pixel. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { secretsOf } from '../config/secrets.js'
import { replyTo } from '../control/answer.js'
import { parseRequest, type Verbs } from '../control/protocol.js'
import { startControl } from '../control/server.js'
import type { AlertBody } from '../core/alert.js'
import { diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { readPlainFile } from '../files/plain-file.js'
import type { Log } from '../log/log.js'
import { type Status, type StatusOptions, startStatus } from '../status/http.js'
import { type Announced, type Announcer, createAnnouncer } from './announcer.js'
import { guardCount } from './assign.js'
import { boardOf } from './board.js'
import { cameraOrders } from './camera-orders.js'
import { type Cameras, runCameras } from './cameras.js'
import { type Clock, systemClock } from './clock.js'
import { createDrills, type Drills, type DrillsParts } from './drills.js'
import { clearForgotten } from './forgotten-incidents.js'
import type { History } from './history.js'
import { type LeftOutCameras, leftOutCameras } from './left-out.js'
import { mqttRequests } from './mqtt-requests.js'
import { type OpenIncidents, openIncidents } from './open-incidents.js'
import { type Overrides, openOverrides } from './overrides.js'
import type { UnitFacts } from './payloads.js'
import { createReload, type Reload, type ReloadParts } from './reload.js'
import { applyStep, tryOut } from './reload-steps.js'
import { type Reporting, startReporting } from './reporting.js'
import { createSnapshots, type Snapshots } from './snapshots.js'
import { type StopStack, stopStack } from './stop-stack.js'
import { reportToSystemd } from './systemd.js'
import { keepTimelines } from './timelines.js'
import { verbsOf } from './verbs.js'

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
async function build(given: DaemonOptions, stops: StopStack, signal: AbortSignal): Promise<Daemon> {
  const { stateDir } = given.settings
  await makeStateDir(stateDir)
  const unit = unitFacts(given.settings.unit, given.version, systemClock())
  const fault = (where: string) => faultLine(given.log, where)
  let asked: Verbs = {}
  const reporting = await startReporting(given, stops, {
    onRequest: (verb, payload, rights) => mqttRequests(asked, signal, fault('request'))(verb, payload, rights),
    onAcknowledged: ({ camera }) => announcer.again(camera),
  })
  const { diagnostics, delivery, history } = reporting
  const stateFault = (subject: string) => (text: string) => diagnostics.note(diagnostic('FW_STATE_DIR', subject, text))
  const overrides = openOverrides(stateDir, stateFault('overrides'))
  const options = withOverrides(given, overrides)
  const { settings, log } = options
  const incidents = openIncidents(stateDir, stateFault('incidents'))
  await clearForgotten(incidents, settings.cameras, history.alert)
  await history.clearLeft(new Set(incidents.all().map(({ incident }) => incident.id)))

  const announcer = createAnnouncer(
    unit,
    announced(() => cameras, incidents, history),
    delivery,
    log,
  )
  const facts = (id: string) => cameras.entries().find((entry) => entry.id === id)
  const send: DrillsParts['send'] = (id, request) => cameras.drill(id, request)
  const drills = createDrills({ facts, send, alert: history.alert, fate: delivery.fate })
  const snapshots = createSnapshots(
    stateDir,
    (id) => facts(id) !== undefined,
    (id) => cameras.snapshot(id),
  )
  const cameras = startCameras(options, reporting, { incidents, announcer, drills, snapshots }, stops)
  announcer.all()
  eachMinute(announcer.stats, stops)

  const timelines = keepTimelines(stateDir, cameras.entries, stateFault('timelines'))
  stops.add(timelines.stop)
  const actions = settings.http.token !== undefined
  const left = leftOutCameras(settings, diagnostics.note)
  const snapshot = () =>
    boardOf(unit, cameras.guards(), cameras.entries(), delivery.snapshot(), diagnostics.recent(), actions, left.texts())
  const picture = snapshots.take
  const request: StatusOptions['request'] = (verb, body) =>
    replyTo(() => ({ by: 'page', ...parseRequest(body, verb) }), asked, signal, fault('request'))
  const shown = { snapshot, ...history, picture, timeline: timelines.of, request }
  const page = await startPage(settings, shown, signal, fault('status page'))
  if (page) stops.add(page.close)

  const { reload } = startReload(options, { ...reporting, incidents, cameras, announcer, left }, stops, signal)
  const camera = cameraOrders({ cameras, overrides, reload })
  asked = verbsOf({ snapshot, reload, drill: drills.drill, history, picture, camera })
  const control = await startControl({ stateDir, verbs: asked, onFault: fault('control socket') })
  stops.add(control.close)

  const systemd = await reportToSystemd(process.env, snapshot, (text) => log.warn(text))
  stops.add(systemd.stopping)
  return { http: page?.address, reload }
}

function faultLine(log: Log, where: string): (error: unknown) => void {
  return (error) => log.error({ error }, `a fault of framewarden's own (${where}); please report it with this line`)
}

function eachMinute(stats: () => void, stops: StopStack): void {
  const timer = setInterval(stats, STATS_EVERY_MS)
  stops.add(() => clearInterval(timer))
}

function withOverrides(given: DaemonOptions, { over }: Overrides): DaemonOptions {
  return { ...given, settings: over(given.settings), load: async () => over(await given.load()) }
}

/** What there is to announce; the cameras come later than who announces them. */
function announced(cameras: () => Cameras, incidents: OpenIncidents, history: History): Announced {
  return {
    guards: () => cameras().guards(),
    entries: () => cameras().entries(),
    side(id) {
      const { margin } = cameras().settings(id).detection
      const isAcknowledged = (incident: string) => Boolean(history.incident(incident)?.acknowledged)
      const all = incidents.of(id).map(({ incident }) => incident)
      // of a perturbation and a tamper the one that nobody has seen
      const open = all.find((incident) => !isAcknowledged(incident.id)) ?? all[0]
      if (!open) return { margin }
      const acknowledged = isAcknowledged(open.id)
      return { margin, incident: { id: open.id, since: new Date(open.sinceMs).toISOString(), acknowledged } }
    },
  }
}

/** undefined: it is off. */
async function startPage(
  { http: { listen, publicUrl, token }, stateDir }: Settings,
  shown: Omit<StatusOptions, 'access' | 'port' | 'stateDir' | 'signal'>,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<Status | undefined> {
  if (!listen) return undefined
  const access = { host: listen.host, publicUrl, token }
  return startStatus({ ...shown, access, port: listen.port, stateDir, signal, onError })
}

/** The start is a moment whose time of day may be known later only. */
function unitFacts(unit: string, version: string, clock: Clock): UnitFacts {
  const atMs = clock.nowMs()
  return {
    unit,
    version,
    get startedMs() {
      return clock.wallMs(atMs)
    },
  }
}

interface CameraListeners {
  readonly incidents: OpenIncidents
  readonly announcer: Announcer
  readonly drills: Drills
  readonly snapshots: Snapshots
}

function startCameras(
  { settings, log }: DaemonOptions,
  { history, diagnostics, delivery }: Reporting,
  { incidents, announcer, drills, snapshots }: CameraListeners,
  stops: StopStack,
): Cameras {
  const ended = new AbortController()
  /** At the broker, where it is wanted; a strip that cannot be read is not shown. */
  async function showStrip(camera: string, strip: string | null): Promise<void> {
    const jpeg = strip && (await readPlainFile(join(settings.stateDir, strip)).catch(() => undefined))
    if (jpeg) delivery.cameraImage(camera, jpeg)
  }
  const cameras = runCameras(
    settings,
    guardCount(settings.guards, settings.cameras.length),
    incidents,
    systemClock(),
    {
      async onAlert(body: AlertBody) {
        const kept = history.alert(body)
        if (body.drill) drills.alerted(body, kept)
        const { seq, kind, score, text, evidence } = await kept
        void showStrip(body.camera, evidence.strip)
        const line = `alert ${seq} (${body.phase}): ${text} Kind ${kind}, score ${score}`
        log.warn({ camera: body.camera, incident: body.incident, seq }, line)
      },
      onCamera(now, before) {
        announcer.camera(now, before)
        drills.camera(now)
      },
      onDrill: drills.ended,
      onSnapshot: snapshots.kept,
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

interface Reloaded extends Reporting {
  readonly left: LeftOutCameras
  readonly incidents: OpenIncidents
  readonly cameras: Cameras
  readonly announcer: Announcer
}

function startReload(
  { settings, log, load }: DaemonOptions,
  reloaded: Reloaded,
  stops: StopStack,
  signal: AbortSignal,
): Reload {
  const parts: ReloadParts = {
    async load() {
      const file = await load()
      log.mask(secretsOf(file))
      return file
    },
    tryOut: (trial, next) => tryOut(trial, next, log, signal),
    apply: (step, next) => applyStep(step, next, { ...reloaded, log }),
    async onSettled(now) {
      reloaded.left.of(now)
      await clearForgotten(reloaded.incidents, now.cameras, reloaded.history.alert)
      reloaded.announcer.all()
      reloaded.delivery.retryDenied()
    },
    onDiagnostic: reloaded.diagnostics.note,
    onInfo: (text) => log.info(text),
  }
  const reload = createReload(settings, parts, signal)
  stops.add(reload.idle)
  return reload
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
