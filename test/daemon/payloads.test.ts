import { expect, test } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import { cameraLedger } from '../../src/daemon/camera-ledger.js'
import type { GuardView } from '../../src/daemon/guard-state.js'
import { cameraStatePayload, statsPayload, unitStatePayload } from '../../src/daemon/payloads.js'
import { cameraStateSchema, statsSchema, unitStateSchema } from '../../src/delivery/alert-schema.js'

const AT_MS = Date.UTC(2026, 10, 22, 3, 12)

function entry() {
  const ledger = cameraLedger({ nowMs: () => 0, wallMs: (ms) => AT_MS + ms }, () => {})
  ledger.add('gate', ['turned'])
  ledger.lost('gate', diagnostic('FW_GUARD_LOST', 'guard-0', 'ended by SIGKILL'))
  return ledger.get('gate')!
}

const guard: GuardView = {
  index: 0,
  pid: 7,
  state: 'running',
  stuck: false,
  restarts: 0,
  rssBytes: 1,
  engine: {
    runtime: 'onnxruntime-node 1.30.0',
    provider: 'cpu',
    mode: 'cascade',
    proof: { CPUExecutionProvider: 22 },
    model: { name: 'camera', version: '1.0.0', sha256: 'a'.repeat(64) },
    ffmpeg: 'system 5.1',
  },
}

test('what is published fits the schemas that `framewarden schema` prints', () => {
  expect(cameraStateSchema.parse(cameraStatePayload(entry(), { margin: 'auto' }))).toMatchObject({
    state: 'backoff',
    scored: false,
    incident_open: true,
    kinds: ['turned'],
    cause: { code: 'FW_GUARD_LOST', text: 'ended by SIGKILL' },
  })
  expect(statsSchema.parse(statsPayload(entry(), AT_MS))).toMatchObject({ frames: 0, latency_p99_ms: null })
  const unit = { unit: 'gate-7', version: '0.1.0', startedMs: AT_MS }
  expect(unitStateSchema.parse(unitStatePayload(unit, [guard], [entry()]))).toMatchObject({
    runtime: 'onnxruntime-node 1.30.0',
    provider: 'cpu',
    guards: 1,
    cameras: { backoff: 1 },
  })
  expect(unitStateSchema.parse(unitStatePayload(unit, [], []))).toMatchObject({ model: null, provider: null })
})
