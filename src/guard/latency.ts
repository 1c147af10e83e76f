/** Rate of the last seconds and latency of the last minute of one camera. */

import { quantile } from '../core/quantile.js'

const WINDOW_MS = 60_000
const RATE_MS = 5_000
const MAX_SAMPLES = 2_048

/** Remembers (time, latency) pairs of the last minute, 2,048 at most. */
export interface LatencyWindow {
  add(atMs: number, latencyMs: number): void
  /** `fps` over the last 5 s; quantiles in ms of the last minute; undefined while empty. */
  read(atMs: number): { fps: number; p50?: number; p99?: number }
}

export function createLatencyWindow(): LatencyWindow {
  const times = new Float64Array(MAX_SAMPLES)
  const latencies = new Float64Array(MAX_SAMPLES)
  let next = 0
  let startedMs: number | undefined
  return {
    add(atMs, latencyMs) {
      startedMs ??= atMs
      times[next % MAX_SAMPLES] = atMs
      latencies[next % MAX_SAMPLES] = latencyMs
      next++
    },
    read(atMs) {
      const kept: number[] = []
      let recent = 0
      for (let i = Math.max(0, next - MAX_SAMPLES); i < next; i++) {
        const t = times[i % MAX_SAMPLES]!
        if (atMs - t > WINDOW_MS) continue
        kept.push(latencies[i % MAX_SAMPLES]!)
        if (atMs - t <= RATE_MS) recent++
      }
      if (kept.length === 0) return { fps: 0 }
      kept.sort((a, b) => a - b)
      const spanMs = Math.max(1_000, Math.min(RATE_MS, atMs - (startedMs ?? atMs)))
      return { fps: (recent * 1_000) / spanMs, p50: quantile(kept, 0.5), p99: quantile(kept, 0.99) }
    },
  }
}
