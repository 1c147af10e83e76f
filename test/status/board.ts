import type { CameraFacts } from '../../src/core/camera-facts.js'
import type { BoardSnapshot } from '../../src/status/board.js'

export function camera(id: string, more: Partial<CameraFacts> = {}): CameraFacts {
  return {
    id,
    state: 'guarding',
    sinceMs: 1_000,
    scored: true,
    incidentOpen: false,
    kinds: [],
    fps: 15,
    score: -4.5,
    rise: -0.5,
    flagged: 3,
    frames: 700,
    unscored: 12,
    dropped: 1,
    latencyP50Ms: 31,
    latencyP99Ms: 84,
    connects: 3,
    ...more,
  }
}

export function board(more: Partial<BoardSnapshot> = {}): BoardSnapshot {
  return {
    unit: 'gate-7',
    version: '0.1.0',
    startedAtMs: 0,
    broker: { state: 'online', sinceMs: 0, protocol: 5, pending: 4 },
    webhooks: [],
    guards: [
      {
        index: 0,
        pid: 42,
        state: 'running',
        stuck: false,
        restarts: 1,
        rssBytes: 2_000,
        provider: 'cpu',
        model: { name: 'camera', version: '1' },
      },
    ],
    cameras: [camera('north'), camera('south')],
    diagnostics: [],
    lastAlert: 0,
    actions: false,
    leftOut: [],
    ...more,
  }
}
