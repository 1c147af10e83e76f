/** What runs the networks, side by side: each runtime that is here, on the first provider that it has. */

import type { ModelSettings, RuntimeName } from '../src/core/settings.js'
import { type Bundle, findBundle, readBundle } from '../src/inference/bundle.js'
import { openCameraNets } from '../src/inference/camera-nets.js'
import { hasOnnxRuntime } from '../src/inference/python/find-python.js'
import { startWorker } from '../src/inference/python/worker.js'
import { CLIP } from './clips.js'

export interface RuntimeRow {
  readonly runtime: RuntimeName
  readonly text: string
  readonly provider: string
  /** Opened, proved, golden frames judged. */
  readonly startMs: number
  /** Medians of one frame. */
  readonly screenMs: number
  readonly chainMs: number
  /** A frame to the worker and a short answer back; undefined where there is no way to go. */
  readonly transferMs?: number
}

const RUNS = 60
const GREY = new Uint8Array((CLIP.width * CLIP.height * 3) / 2).fill(128)

/** `python`: program whose onnxruntime is measured, too, where it has one. */
export async function measureRuntimes(models: ModelSettings, python: string): Promise<readonly RuntimeRow[]> {
  const bundle = await readBundle(findBundle(models.bundle))
  const rows = [await measureRuntime(bundle, { ...models, runtime: 'node' })]
  if (await hasOnnxRuntime(python)) {
    const row = await measureRuntime(bundle, { ...models, runtime: 'python', python })
    rows.push({ ...row, transferMs: await transferMs(python) })
  }
  return rows
}

async function measureRuntime(bundle: Bundle, models: ModelSettings): Promise<RuntimeRow> {
  const fromMs = performance.now()
  const nets = await openCameraNets(bundle, models, { cores: 1, prove: true })
  const startMs = performance.now() - fromMs
  const picture = { pixels: GREY, width: CLIP.width, height: CLIP.height }
  try {
    const screenMs = await medianMs(() => nets.screen(picture))
    const chainMs = await medianMs(() => nets.chain(picture))
    const { runtime, provider } = nets
    return { runtime: runtime.name, text: runtime.text, provider, startMs, screenMs, chainMs }
  } finally {
    await nets.release()
  }
}

/** Of a frame for a graph that is not open: the worker reads it whole and answers that it knows none. */
async function transferMs(python: string): Promise<number> {
  const worker = await startWorker(python)
  const run = { type: 'run', graph: 'none', dtype: 'uint8', dims: [1, (CLIP.height * 3) / 2, CLIP.width] }
  try {
    return await medianMs(() => worker.ask(run, [GREY], 60_000).catch(() => {}))
  } finally {
    await worker.close()
  }
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const fromMs = performance.now()
    await work()
    times.push(performance.now() - fromMs)
  }
  return times.sort((a, b) => a - b)[RUNS / 2]!
}
