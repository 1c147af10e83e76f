/** Program of the inference thread: `session.run()` blocks its event loop, so sessions live on one of their own. */
import { parentPort, workerData } from 'node:worker_threads'
import { priorsOf } from '../core/baseline/priors.js'
import { FwError } from '../core/errors.js'
import { findBundle, readBundle } from './bundle.js'
import { type CameraNets, openCameraNets } from './camera-nets.js'
import { judgePicture } from './chain.js'
import type { Failure, FromThread, ThreadData, ThreadFacts, ToThread } from './thread-protocol.js'

const port = parentPort!
const { models, cores, prove, cacheDir } = workerData as ThreadData

try {
  const bundle = await readBundle(findBundle(models.bundle), models)
  const nets = await openCameraNets(bundle, models, { cores, prove, cacheDir })
  const facts = factsOf(nets, bundle.sha256)
  // One frame after the other: runs of one session are serial anyway, and the order of replies is that of frames.
  let last: Promise<void> = Promise.resolve()
  port.on('message', (message: ToThread) => {
    last = last.then(() => (message.type === 'close' ? close(nets) : judge(nets, facts, message)))
  })
  tell({ type: 'ready', facts })
} catch (error) {
  tell({ type: 'failed', failure: failureOf(error, 'FW_MODEL_LOAD') })
  port.close()
}

async function judge(
  nets: CameraNets,
  facts: ThreadFacts,
  message: Extract<ToThread, { type: 'judge' }>,
): Promise<void> {
  const { id, width, height, options } = message
  const pixels = owned(message.pixels)
  const from = performance.now()
  try {
    const verdict = await judgePicture(nets, facts.rule, { pixels, width, height }, options)
    const purified = verdict.kind === 'perturbed' ? [verdict.purified.buffer as ArrayBuffer] : []
    const ms = performance.now() - from
    tell({ type: 'judged', id, verdict, ms }, purified)
  } catch (error) {
    tell({ type: 'unjudged', id, failure: failureOf(error, 'FW_INFERENCE_FAILED') })
  }
}

let scratch = new Uint8Array()

/** ONNX Runtime takes no shared memory. Frames are judged one after the other: each has the scratch to itself. */
function owned(pixels: Uint8Array): Uint8Array {
  if (!(pixels.buffer instanceof SharedArrayBuffer)) return pixels
  if (scratch.length !== pixels.length) scratch = new Uint8Array(pixels.length)
  scratch.set(pixels)
  return scratch
}

/** Ends the thread from within: ended from outside in mid-run, ONNX Runtime aborts the whole process. */
async function close(nets: CameraNets): Promise<void> {
  await nets.release()
  port.close()
}

function factsOf(nets: CameraNets, sha256: string): ThreadFacts {
  const { manifest, runtime, why, provider, proof, refusals } = nets
  const { name, version, thresholds, calibration, priors, level } = manifest
  return {
    runtime: { ...runtime, why },
    provider,
    proof,
    refusals,
    model: { name, version, sha256 },
    mode: provider === 'cpu' ? 'cascade' : 'full',
    rule: { thresholds, calibration, level },
    priors: priors ?? priorsOf(thresholds),
    multipleOf: manifest.multiple_of,
  }
}

function failureOf(error: unknown, otherwise: Failure['code']): Failure {
  if (error instanceof FwError) return { code: error.code, text: error.message }
  return { code: otherwise, text: (error instanceof Error ? error.message : String(error)).split('\n')[0]! }
}

function tell(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}
