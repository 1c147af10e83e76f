import { describe, expect, it } from 'vitest'
import type { BoardSnapshot } from '../../src/status/board.js'
import { createMetrics } from '../../src/status/metrics.js'
import { board, camera } from './board.js'

/** Samples by name and labels, comments left out. */
async function samples(snapshot: () => BoardSnapshot): Promise<Map<string, number>> {
  const text = await createMetrics(snapshot).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

describe('metrics', () => {
  it('are the board', async () => {
    const found = await samples(() =>
      board({ cameras: [camera('north', { incidentOpen: true, alarmP50Ms: 250, alarmP95Ms: 900 })] }),
    )
    expect(Object.fromEntries([...found].filter(([name]) => name.startsWith('framewarden_')))).toEqual({
      'framewarden_frames_total{camera="north"}': 700,
      'framewarden_flagged_total{camera="north"}': 3,
      'framewarden_unscored_total{camera="north"}': 12,
      'framewarden_dropped_total{camera="north"}': 1,
      'framewarden_camera_restarts_total{camera="north"}': 2,
      'framewarden_camera_fps{camera="north"}': 15,
      'framewarden_incident_open{camera="north"}': 1,
      'framewarden_score{camera="north"}': -4.5,
      'framewarden_camera_state{camera="north",state="connecting"}': 0,
      'framewarden_camera_state{camera="north",state="guarding"}': 1,
      'framewarden_camera_state{camera="north",state="stalled"}': 0,
      'framewarden_camera_state{camera="north",state="frozen"}': 0,
      'framewarden_camera_state{camera="north",state="backoff"}': 0,
      'framewarden_camera_state{camera="north",state="stopped"}': 0,
      'framewarden_latency_seconds{camera="north",quantile="0.5"}': 0.031,
      'framewarden_latency_seconds{camera="north",quantile="0.99"}': 0.084,
      'framewarden_alarm_latency_seconds{camera="north",quantile="0.5"}': 0.25,
      'framewarden_alarm_latency_seconds{camera="north",quantile="0.95"}': 0.9,
      'framewarden_guard_up{guard="0"}': 1,
      'framewarden_guard_restarts_total{guard="0"}': 1,
      'framewarden_guard_resident_memory_bytes{guard="0"}': 2_000,
      framewarden_broker_online: 1,
      framewarden_spool_pending: 4,
      'framewarden_info{unit="gate-7",version="0.1.0",provider="cpu",model="camera 1"}': 1,
    })
    expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  })

  it('leave out what is not known', async () => {
    const unknown = { score: undefined, latencyP50Ms: undefined, latencyP99Ms: undefined }
    const found = await samples(() =>
      board({ cameras: [camera('north', unknown)], broker: { state: 'off', sinceMs: 0, pending: 0 } }),
    )
    const names = [...found.keys()].filter((name) => /_score|latency|broker/.test(name))
    expect(names).toEqual([])
  })

  it('follow the board from scrape to scrape, also when a camera goes', async () => {
    let shown = board({ cameras: [camera('north'), camera('south')] })
    const metrics = createMetrics(() => shown)
    expect(await metrics.text()).toContain('framewarden_frames_total{camera="south"} 700')
    shown = board({ cameras: [camera('north', { frames: 750 })] })
    const text = await metrics.text()
    expect(text).toContain('framewarden_frames_total{camera="north"} 750')
    expect(text).not.toContain('south')
  })

  it('are OpenMetrics: counters named without _total in their TYPE, EOF at the end', async () => {
    const metrics = createMetrics(board)
    const text = await metrics.text()
    expect(metrics.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(text).toContain('# TYPE framewarden_frames counter\n')
    expect(text.endsWith('# EOF\n')).toBe(true)
  })
})
