import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { Frame } from '../../src/core/frame.js'
import type { JudgeOptions } from '../../src/inference/chain.js'
import { type Engine, startEngine } from '../../src/inference/engine.js'
import { BUNDLES, grey, MODELS } from './pictures.js'

const CASCADE: JudgeOptions = { mode: 'cascade', purify: true, maxPasses: 3 }
const thread = (name: string) => fileURLToPath(new URL(`../fixtures/threads/${name}`, import.meta.url))

let engine: Engine | undefined
afterEach(() => engine?.close())

describe('engine', () => {
  it('says what it runs, with proof, and what auto means on a CPU', async () => {
    engine = await startEngine(MODELS)
    expect(engine.provider).toBe('cpu')
    expect(engine.mode).toBe('cascade')
    expect(engine.model).toMatchObject({
      name: 'tiny',
      version: '1.0.0',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(Object.keys(engine.proof)).toEqual(['CPUExecutionProvider'])
    expect(engine.proof.CPUExecutionProvider).toBeGreaterThan(20)
  })

  it('falls back from a provider whose libraries are missing, and says so', async () => {
    engine = await startEngine({ ...MODELS, providers: ['cuda', 'cpu'] })
    const refused = [{ provider: 'cuda', text: expect.stringContaining('Failed to load') }]
    expect(engine.refusals).toEqual(engine.provider === 'cuda' ? [] : refused)
  })

  it('says the same of pixels in shared memory and of others, and leaves them as they were', async () => {
    engine = await startEngine(MODELS)
    const frame = grey(0, 320, 184)
    const before = frame.pixels.slice()
    const shared = new Uint8Array(new SharedArrayBuffer(before.length))
    shared.set(before)
    const [{ verdict, ms }, other] = await Promise.all([
      engine.judge(frame, CASCADE),
      engine.judge({ ...frame, pixels: shared }, CASCADE),
    ])
    expect([frame.pixels, shared]).toEqual([before, before])
    expect(verdict).toMatchObject({ kind: 'clean', passes: 0, score: { logit: -8, screenLogit: -8 } })
    expect(other.verdict).toEqual(verdict)
    expect(ms).toBeGreaterThan(0)
  })

  it('leaves a perturbed frame unchanged beside the purified one', async () => {
    engine = await startEngine(MODELS)
    const frame = grey(64)
    const before = frame.pixels.slice()
    const { verdict } = await engine.judge(frame, CASCADE)
    expect(frame.pixels).toEqual(before)
    if (verdict.kind !== 'perturbed') throw new Error(verdict.kind)
    expect(verdict.passes).toBeGreaterThan(1)
    expect(verdict.purified.byteLength).toBe(before.byteLength)
    expect(verdict.score.level).toBeCloseTo(0.22, 2)
    const again = await engine.judge({ ...frame, pixels: verdict.purified.slice() }, CASCADE)
    expect(again.verdict.kind).toBe('clean')
  })

  it('judges frames of changing size, many at once, in their order', async () => {
    engine = await startEngine(MODELS)
    const frames = Array.from({ length: 12 }, (_, i) => grey(i % 2 ? 16 : 0, 64 + 8 * i, 64))
    const order: number[] = []
    const verdicts = await Promise.all(
      frames.map(async (frame, i) => {
        const { verdict } = await engine!.judge(frame, CASCADE)
        order.push(i)
        return verdict.kind
      }),
    )
    expect(order).toEqual(frames.map((_, i) => i))
    expect(verdicts).toEqual(frames.map((_, i) => (i % 2 ? 'perturbed' : 'clean')))
  })

  it('is deterministic', async () => {
    engine = await startEngine(MODELS)
    const a = await engine.judge(grey(16), CASCADE)
    const b = await engine.judge(grey(16), CASCADE)
    expect(a.verdict).toEqual(b.verdict)
  })

  it('refuses a size that the bundle does not take and leaves the pixels where they are', async () => {
    engine = await startEngine(MODELS)
    const odd = grey(0, 68, 64)
    await expect(engine.judge(odd, CASCADE)).rejects.toMatchObject({ code: 'FW_MODEL_SHAPE' })
    expect(odd.pixels.byteLength).toBeGreaterThan(0)
    const short = { ...grey(0), pixels: new Uint8Array(100) }
    await expect(engine.judge(short, CASCADE)).rejects.toThrow('frame 64x64 of 100 bytes, needs 6144')
  })

  it('fails the one frame that the network cannot take and goes on', async () => {
    engine = await startEngine({ ...MODELS, bundle: `${BUNDLES}/tiny-fails` })
    await expect(engine.judge(grey(0, 128, 64), CASCADE)).rejects.toMatchObject({ code: 'FW_INFERENCE_FAILED' })
    expect((await engine.judge(grey(0), CASCADE)).verdict.kind).toBe('clean')
  })

  it('finishes what was handed over before it closes, and takes nothing after', async () => {
    const own = await startEngine(MODELS)
    const judging = Promise.all([own.judge(grey(0), CASCADE), own.judge(grey(16), CASCADE)])
    await own.close()
    expect((await judging).map(({ verdict }) => verdict.kind)).toEqual(['clean', 'perturbed'])
    await expect(own.judge(grey(0), CASCADE)).rejects.toMatchObject({ code: 'FW_INFERENCE_FAILED' })
    await own.close()
  })
})

describe('several threads', () => {
  it('judge frames beside each other, with the verdicts of one', async () => {
    engine = await startEngine(MODELS)
    expect(engine.threads()).toBe(1)
    const frames = () => Array.from({ length: 12 }, (_, i) => grey(i % 2 ? 16 : 0, 64 + 8 * i, 64))
    const judge = (all: readonly Frame[]) => Promise.all(all.map((frame) => engine!.judge(frame, CASCADE)))
    const alone = await judge(frames())
    expect(await engine.grow(3)).toBe(2)
    expect(engine.threads()).toBe(3)
    const together = await judge(frames())
    expect(together.map(({ verdict }) => verdict)).toEqual(alone.map(({ verdict }) => verdict))
  })

  it('are no more than asked for, however often', async () => {
    engine = await startEngine(MODELS)
    expect(await Promise.all([engine.grow(2), engine.grow(2), engine.grow(1)])).toEqual([1, 0, 0])
    expect(engine.threads()).toBe(2)
  })

  it('all end with the one that dies: the engine is to be replaced as a whole', async () => {
    engine = await startEngine(MODELS, { program: thread('ends-on-frame.mjs') })
    await engine.grow(2)
    const [first] = await Promise.allSettled([engine.judge(grey(0), CASCADE)])
    expect(first).toMatchObject({ status: 'rejected' })
    for (let i = 0; i < 4; i++) await expect(engine.judge(grey(0), CASCADE)).rejects.toThrow('ended with code 7')
  })
})

describe('a thread that dies', () => {
  it('rejects all frames that it held and all that come after', async () => {
    engine = await startEngine(MODELS, { program: thread('ends-on-frame.mjs') })
    const held = await Promise.allSettled([engine.judge(grey(0), CASCADE), engine.judge(grey(0), CASCADE)])
    expect(held.map((r) => r.status === 'rejected' && r.reason.code)).toEqual(Array(2).fill('FW_INFERENCE_FAILED'))
    await expect(engine.judge(grey(0), CASCADE)).rejects.toThrow('inference thread ended with code 7')
  })

  it('at its start fails the start', async () => {
    const starting = startEngine(MODELS, { program: thread('throws-at-start.mjs') })
    await expect(starting).rejects.toMatchObject({ code: 'FW_INFERENCE_FAILED' })
    await expect(starting).rejects.toThrow('no such instruction')
  })
})

describe('an engine that cannot start says why', () => {
  it.each([
    { what: 'a bundle that is not there', models: { bundle: '/nowhere' }, code: 'FW_MODEL_MISSING' },
    { what: 'a name that is not installed', models: { bundle: 'nobody' }, code: 'FW_MODEL_MISSING' },
    { what: 'a bundle for pictures of classes', models: { bundle: `${BUNDLES}/tiny-classes` }, code: 'FW_MODEL_SHAPE' },
    { what: 'a GPU required, none named', models: { requireGpu: true }, code: 'FW_GPU_REQUIRED' },
    { what: 'a precision that is not there', models: { precision: 'fp16' as const }, code: 'FW_MODEL_MISSING' },
    { what: 'no signature where one is required', models: { requireSignature: true }, code: 'FW_MODEL_SIGNATURE' },
  ])('$what: $code', async ({ models, code }) => {
    await expect(startEngine({ ...MODELS, ...models })).rejects.toMatchObject({ code })
  })
})
