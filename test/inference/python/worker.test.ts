/** The worker seen from outside, with programs in Python's place that are not there, hang or die. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Provider } from '../../../src/core/settings.js'
import type { Networks } from '../../../src/inference/network-runtime.js'
import { hasOnnxRuntime } from '../../../src/inference/python/find-python.js'
import { startPythonRuntime } from '../../../src/inference/python/python-runtime.js'
import { startWorker } from '../../../src/inference/python/worker.js'
import { hasEnded, workersOf } from '../../fixtures/worker-python.js'

const program = (name: string) => new URL(`../../fixtures/workers/${name}.mjs`, import.meta.url).pathname
const frame = { type: 'uint8', data: new Uint8Array(4), dims: [1, 4] }
const graph = { bytes: new Uint8Array(1), input: 'frame', blank: frame, usual: frame, largest: frame }

async function open(name: string, provider: Provider = 'cpu'): Promise<Networks<'net'>> {
  const runtime = await startPythonRuntime({ python: program(name), runMs: 200 })
  const networks = await runtime.open({ net: graph }, { provider, precision: 'auto', cores: 1 })
  onTestFinished(() => networks.release())
  return networks
}

const codeOf = (run: Promise<unknown>) =>
  run.then(
    () => 'answered',
    (error) => error.code as string,
  )

/** Codes of runs, one after the other, until one of them is `last`; the same ones in a row are one. */
async function codesUntil(last: string, networks: Networks<'net'>): Promise<string[]> {
  const codes: string[] = []
  while (codes.at(-1) !== last) {
    const code = await codeOf(networks.run('net', frame))
    if (code !== codes.at(-1)) codes.push(code)
    await sleep(5)
  }
  return codes
}

test('a worker sees nothing of our environment that it has no use for: there may be a secret in it', async () => {
  process.env.GATE_PASSWORD = 'hunter2'
  onTestFinished(() => void delete process.env.GATE_PASSWORD)
  const worker = await startWorker(program('answers'))
  onTestFinished(() => worker.close())
  const names = readFileSync(`/proc/${worker.pid}/environ`, 'utf8')
    .split('\0')
    .map((one) => one.split('=')[0])
  expect(names).toContain('PATH')
  expect(names).not.toContain('GATE_PASSWORD')
})

test('a program that is not there, or lacks onnxruntime, is named', async () => {
  await expect(startWorker('/nowhere/python3')).rejects.toMatchObject({
    code: 'FW_WORKER_MISSING',
    message: '/nowhere/python3: there is no such program',
    remedy: expect.stringContaining('models.python'),
  })
  await expect(startWorker(program('unfit'))).rejects.toMatchObject({
    code: 'FW_WORKER_MISSING',
    message: `${program('unfit')}: Python 3.8.10: No module named 'onnxruntime'`,
  })
  expect(await Promise.all(['/nowhere/python3', 'cat'].map(hasOnnxRuntime))).toEqual([false, false])
})

test('a program that is no worker is a lost one, with its last words', async () => {
  await expect(startWorker('cat')).rejects.toMatchObject({
    code: 'FW_WORKER_LOST',
    message: expect.stringMatching(/^Python worker ended with status 1: .*cat/),
  })
})

test('a worker that hangs is killed and replaced', async () => {
  const networks = await open('hangs')
  const [first] = workersOf(process.pid)
  const running = networks.run('net', frame)
  await expect(running).rejects.toMatchObject({ code: 'FW_WORKER_HUNG', message: expect.stringContaining('0.2 s') })
  await expect.poll(() => hasEnded(first!)).toBe(true)
  // the next one has to answer a run before it is asked by others, which this program never does
  await expect.poll(() => workersOf(process.pid).filter((pid) => pid !== first).length, { timeout: 5_000 }).toBe(1)
  expect(await codeOf(networks.run('net', frame))).toBe('FW_WORKER_LOST')
})

test('a worker that dies fails the frame that it held; the next ones are unscored until there is another', async () => {
  const networks = await open('dies-later')
  await networks.first('net', { prove: false })
  expect(await codesUntil('FW_WORKER_LOST', networks)).toEqual(['answered', 'FW_WORKER_LOST'])
  expect(await codesUntil('answered', networks)).toEqual(['FW_WORKER_LOST', 'answered'])
})

test('where no worker stays, that is said, so that the guard looks for another way', async () => {
  const networks = await open('dies')
  await expect(networks.run('net', frame)).rejects.toMatchObject({
    message: 'Python worker ended by SIGKILL: CUDA error 700: an illegal memory access was encountered',
  })
  expect((await codesUntil('FW_INFERENCE_FAILED', networks)).at(-1)).toBe('FW_INFERENCE_FAILED')
  await expect(networks.run('net', frame)).rejects.toThrow(/no Python worker stays, \d+ in a row: .*illegal memory/)
})

test('a frame that TensorRT would build another engine for is refused at once; other providers take it', async () => {
  const larger = { type: 'uint8', data: new Uint8Array(8), dims: [1, 8] }
  const [tensorrt, cuda] = [await open('answers', 'tensorrt'), await open('answers', 'cuda')]
  expect(await codeOf(tensorrt.run('net', frame))).toBe('answered')
  expect(await codeOf(tensorrt.run('net', larger))).toBe('FW_MODEL_SHAPE')
  expect(await codeOf(cuda.run('net', larger))).toBe('answered')
})

test('released networks leave no worker behind, whatever goes on', async () => {
  const networks = await open('dies')
  await codeOf(networks.run('net', frame))
  await networks.release()
  expect(workersOf(process.pid)).toEqual([])
})
