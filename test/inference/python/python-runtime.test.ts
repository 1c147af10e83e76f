/** Networks on a real Python: what comes of a frame is what Node makes of it, whatever happens to the worker. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { JudgeOptions } from '../../../src/inference/chain.js'
import { type Engine, startEngine } from '../../../src/inference/engine.js'
import { hasEnded, WORKER_PYTHON, workersOf } from '../../fixtures/worker-python.js'
import { grey, MODELS } from '../pictures.js'

const CASCADE: JudgeOptions = { mode: 'cascade', purify: true, maxPasses: 3 }
const FULL: JudgeOptions = { ...CASCADE, mode: 'full' }
const NO_KERNELS = resolve(import.meta.dirname, '../../fixtures/no-kernel-image')

describe.skipIf(WORKER_PYTHON === undefined)('on a Python with onnxruntime (.cache/worker, made by .ci/run)', () => {
  const python = WORKER_PYTHON!

  async function start(models: Partial<typeof MODELS> = {}): Promise<Engine> {
    const engine = await startEngine({ ...MODELS, runtime: 'python', python, ...models })
    onTestFinished(() => engine.close())
    return engine
  }

  test('verdicts, purified pictures and the proof are those of Node', async () => {
    const [node, other] = [await start({ runtime: 'node' }), await start()]
    expect(other.runtime).toMatchObject({ name: 'python', text: expect.stringMatching(/^onnxruntime .* on Python 3/) })
    expect([other.provider, other.mode, other.proof]).toEqual([node.provider, node.mode, node.proof])
    for (const options of [CASCADE, FULL])
      for (const frame of [() => grey(0), () => grey(16), () => grey(16, 128, 96), () => grey(16)]) {
        const [wanted, found] = [await node.judge(frame(), options), await other.judge(frame(), options)]
        expect(found.verdict).toEqual(wanted.verdict)
      }
  })

  test('each thread has a worker, and none is left when the engine is closed', async () => {
    const engine = await start()
    await engine.grow(2)
    const workers = workersOf(process.pid)
    expect(workers).toHaveLength(2)
    await Promise.all([engine.judge(grey(0), CASCADE), engine.judge(grey(16), CASCADE)])
    await engine.close()
    expect(workers.every(hasEnded)).toBe(true)
  })

  test('a stopped worker is killed: its frame is unscored, later ones are judged by the next worker', async () => {
    const engine = await start()
    await engine.judge(grey(0), CASCADE)
    const [first] = workersOf(process.pid)
    process.kill(first!, 'SIGSTOP')
    await expect(engine.judge(grey(0), CASCADE)).rejects.toMatchObject({ code: 'FW_WORKER_HUNG' })
    await expect.poll(() => judged(engine), { timeout: 30_000 }).toBe(true)
    expect(workersOf(process.pid)).not.toContain(first)
  })

  test('a provider that is listed and fails in its first run is passed over', async () => {
    const engine = await start({ python: withoutKernels(), providers: ['cuda', 'cpu'] })
    expect(engine.provider).toBe('cpu')
    expect(engine.refusals).toEqual([{ provider: 'cuda', text: expect.stringContaining('no kernel image') }])
    await expect(start({ python: withoutKernels(), providers: ['cuda'] })).rejects.toMatchObject({
      code: 'FW_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('no kernel image'),
    })
  })

  test('auto tries both and says what each took', async () => {
    const both = await start({ runtime: 'auto' })
    expect(both.runtime.why).toMatch(/^models.runtime: auto, node [\d.]+ ms a frame, python [\d.]+$/)
  })

  /** A Python whose onnxruntime has no kernels for its card. */
  function withoutKernels(): string {
    const folder = mkdtempSync(join(tmpdir(), 'fw-no-kernels-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'python')
    writeFileSync(path, `#!/bin/sh\nPYTHONPATH='${NO_KERNELS}' exec '${python}' "$@"\n`)
    chmodSync(path, 0o755)
    return path
  }
})

test('auto without such a Python is Node', async () => {
  const engine = await startEngine({ ...MODELS, runtime: 'auto', python: '/nowhere/python3' })
  onTestFinished(() => engine.close())
  expect(engine.runtime).toMatchObject({
    name: 'node',
    why: 'models.runtime: auto, as /nowhere/python3 has no onnxruntime',
  })
})

test('a Python that is asked for and is not there is said to be missing', async () => {
  const starting = startEngine({ ...MODELS, runtime: 'python', python: '/nowhere/python3' })
  await expect(starting).rejects.toMatchObject({ code: 'FW_WORKER_MISSING' })
})

async function judged(engine: Engine): Promise<boolean> {
  await sleep(20)
  return engine.judge(grey(0), CASCADE).then(
    () => true,
    () => false,
  )
}
