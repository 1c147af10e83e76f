/** The board as OpenMetrics text, for Prometheus and its kin. */
import { Counter, collectDefaultMetrics, Gauge, type OpenMetricsContentType, Registry } from 'prom-client'
import { type CameraFacts, restartsOf } from '../core/camera-facts.js'
import { CAMERA_STATES } from '../core/camera-state.js'
import type { BoardSnapshot } from './board.js'

export interface Metrics {
  readonly contentType: string
  /** All metrics as they are now. */
  text(): Promise<string>
}

type Labels = Record<string, string>
/** One metric: `values` gives its samples; undefined ones are left out, an unknown is not 0. */
interface Metric {
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
  values(board: BoardSnapshot): readonly (readonly [Labels, number | undefined])[]
}

const METRICS: readonly Metric[] = [
  perCamera('frames_total', 'Frames judged.', (camera) => camera.frames),
  perCamera('flagged_total', 'Frames flagged as perturbed.', (camera) => camera.flagged),
  perCamera('unscored_total', 'Frames that came and were not judged.', (camera) => camera.unscored),
  perCamera('dropped_total', 'Frames dropped because newer ones were there.', (camera) => camera.dropped),
  perCamera('camera_restarts_total', 'Times that the stream was opened again.', restartsOf),
  perCamera('camera_fps', 'Frames judged a second.', (camera) => camera.fps),
  perCamera('incident_open', '1 while an incident is open.', (camera) => Number(camera.incidentOpen)),
  perCamera('score', 'Log-odds that the last frame is perturbed.', (camera) => camera.score),
  {
    name: 'camera_state',
    help: '1 for the state that the camera is in, 0 for the others.',
    labels: ['camera', 'state'],
    values: ({ cameras }) =>
      cameras.flatMap(({ id, state }) =>
        CAMERA_STATES.map((s) => [{ camera: id, state: s }, Number(s === state)] as const),
      ),
  },
  {
    name: 'latency_seconds',
    help: 'Capture to verdict, over the last minute.',
    labels: ['camera', 'quantile'],
    values: ({ cameras }) =>
      cameras.flatMap(({ id, latencyP50Ms, latencyP99Ms }) => [
        [{ camera: id, quantile: '0.5' }, seconds(latencyP50Ms)],
        [{ camera: id, quantile: '0.99' }, seconds(latencyP99Ms)],
      ]),
  },
  {
    name: 'alarm_latency_seconds',
    help: 'Capture of the frame that raised an alarm to its alert on disk, of the last 128 alarms since the start.',
    labels: ['camera', 'quantile'],
    values: ({ cameras }) =>
      cameras.flatMap(({ id, alarmP50Ms, alarmP95Ms }) => [
        [{ camera: id, quantile: '0.5' }, seconds(alarmP50Ms)],
        [{ camera: id, quantile: '0.95' }, seconds(alarmP95Ms)],
      ]),
  },
  perGuard('guard_up', '1 while the guard process runs and answers.', (guard) => Number(guard.state === 'running')),
  perGuard('guard_restarts_total', 'Times that the guard process was replaced.', (guard) => guard.restarts),
  perGuard('guard_resident_memory_bytes', 'Memory of the guard process.', (guard) => guard.rssBytes),
  {
    name: 'broker_online',
    help: '1 while the broker is connected; absent where none is configured.',
    values: ({ broker }) => [[{}, broker.state === 'off' ? undefined : Number(broker.state === 'online')]],
  },
  {
    name: 'spool_pending',
    help: 'Alerts on disk that the broker has not acknowledged.',
    values: ({ broker }) => [[{}, broker.pending]],
  },
  {
    name: 'webhook_pending',
    help: 'Alerts on disk that the webhook has not taken.',
    labels: ['webhook'],
    values: ({ webhooks }) => webhooks.map(({ to, pending }) => [{ webhook: to }, pending]),
  },
  {
    name: 'info',
    help: 'Always 1; the labels say what runs.',
    labels: ['unit', 'version', 'provider', 'model'],
    values: ({ unit, version, guards }) => {
      const { provider = '', model } = guards.find((guard) => guard.provider !== undefined) ?? {}
      return [[{ unit, version, provider, model: model ? `${model.name} ${model.version}` : '' }, 1]]
    },
  },
]

/** Metrics of what `snapshot` gives when they are asked for, and of this process. */
export function createMetrics(snapshot: () => BoardSnapshot): Metrics {
  // prom-client's types let the constructor of a Registry take nothing; it takes the content type.
  const OpenMetrics = Registry as new (contentType: OpenMetricsContentType) => Registry
  const registry = new OpenMetrics(Registry.OPENMETRICS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry })
  for (const metric of METRICS) register(metric, registry, snapshot)
  return { contentType: registry.contentType, text: () => registry.metrics() }
}

function register(metric: Metric, registry: Registry, snapshot: () => BoardSnapshot): void {
  const { help, labels = [], values } = metric
  const options = { name: `framewarden_${metric.name}`, help, labelNames: labels, registers: [registry] }
  if (metric.name.endsWith('_total')) {
    new Counter({
      ...options,
      collect() {
        // The totals are counted elsewhere: each scrape starts from nothing and adds them whole.
        this.reset()
        for (const [of, value] of values(snapshot())) if (value !== undefined) this.inc(of, value)
      },
    })
    return
  }
  new Gauge({
    ...options,
    collect() {
      this.reset()
      // A gauge without labels is 0 after a reset.
      if (labels.length === 0) this.remove()
      for (const [of, value] of values(snapshot())) if (value !== undefined) this.set(of, value)
    },
  })
}

function perCamera(name: string, help: string, of: (camera: CameraFacts) => number | undefined): Metric {
  return {
    name,
    help,
    labels: ['camera'],
    values: (b) => b.cameras.map((camera) => [{ camera: camera.id }, of(camera)]),
  }
}

function perGuard(name: string, help: string, of: (guard: BoardSnapshot['guards'][number]) => number): Metric {
  return {
    name,
    help,
    labels: ['guard'],
    values: (b) => b.guards.map((guard) => [{ guard: String(guard.index) }, of(guard)]),
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000
}
