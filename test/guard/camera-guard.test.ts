/** One guarded camera, whole: a real ffmpeg that listens to a publisher, a real bundle, pictures on a real disk. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { CameraReport } from '../../src/core/camera-facts.js'
import type { EngineFacts, FromGuard } from '../../src/core/guard-protocol.js'
import type { CameraSettings } from '../../src/core/settings.js'
import { type CameraGuard, guardCamera } from '../../src/guard/camera-guard.js'
import { evidenceKeeper } from '../../src/guard/evidence-keeper.js'
import { createTurns } from '../../src/guard/turns.js'
import { type Engine, startEngine } from '../../src/inference/engine.js'
import { bundled, camera, freePort, publishUntil, temporaryFolder } from '../camera/partners.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { BUNDLES, MODELS } from '../inference/pictures.js'

const RATE = 15
let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** Still grey, 64 wide: as high as wide, which `tiny-fails` takes, and twice as high, which it fails on. */
const square = () => join(folder.path, 'square.mp4')
const tall = () => join(folder.path, 'tall.mp4')
/** 3 s clean, 6 s perturbed, 8 s clean. */
const attacked = () => join(folder.path, 'attacked.mp4')

beforeAll(async () => {
  folder = await temporaryFolder()
  await drawTinyClip(square(), amplitudes(4, 0))
  await drawTinyClip(tall(), amplitudes(4, 0), { height: 128 })
  await drawTinyClip(attacked(), [...amplitudes(3, 0), ...amplitudes(6, 24), ...amplitudes(8, 0)])
})
afterAll(() => folder.remove())

interface Guarded {
  readonly url: string
  readonly guard: CameraGuard
  readonly engine: Engine
  readonly messages: FromGuard[]
  /** Frames that the networks answered and failed on. */
  readonly answers: () => { readonly judged: number; readonly failed: number }
  /** Sends a clip to the camera, again and again, until `stop` is called. */
  publish(clip: string): { stop(): Promise<void> }
  /** Beats, in the rhythm of a guard, until one is as wanted. */
  until(what: string, wanted: (beat: CameraReport) => boolean): Promise<void>
}

async function guarded(bundle: string, over: Partial<CameraSettings> = {}): Promise<Guarded> {
  const url = over.url ?? `rtsp://127.0.0.1:${await freePort()}/cam`
  const engine = await startEngine({ ...MODELS, bundle: `${BUNDLES}/${bundle}` })
  const { runtime, provider, mode, model, proof } = engine
  const facts: EngineFacts = { runtime: runtime.text, provider, mode, model, proof, ffmpeg: 'bundled' }
  const messages: FromGuard[] = []
  const send = (message: FromGuard) => messages.push(message)
  const retention = { maxBytes: 1e9, maxAgeMs: 1e9 }
  const evidence = evidenceKeeper(folder.path, retention, (d) => send({ type: 'diagnostic', diagnostic: d }))
  const count = { judged: 0, failed: 0 }
  const turns = createTurns()
  turns.addThreads(1)
  const parts = { engine, turns, facts, ffmpeg: bundled, evidence, stateDir: folder.path, send }
  const frame = { width: 64, rate: RATE }
  const guard = guardCamera(
    { camera: camera({ url, listen: true, frame, ...over }) },
    { ...parts, onAnswer: () => count.judged++, onFailure: () => count.failed++ },
  )
  onTestFinished(async () => {
    await guard.stop()
    await engine.close()
  })
  return {
    url,
    guard,
    engine,
    messages,
    answers: () => count,
    publish(clip) {
      const over = new AbortController()
      onTestFinished(() => over.abort())
      const publishing = publishUntil(clip, url, over.signal)
      return {
        async stop() {
          over.abort()
          await publishing
        },
      }
    },
    async until(what, wanted) {
      await expect.poll(() => wanted(guard.beat()), { message: what, timeout: 40_000 }).toBe(true)
    },
  }
}

const of = <T extends FromGuard['type']>(messages: readonly FromGuard[], type: T) =>
  messages.filter((message): message is Extract<FromGuard, { type: T }> => message.type === type)

test('frames on which the networks fail in mid-stream are unscored, not clean, counted once, until they answer again', async () => {
  const { guard, messages, answers, publish, until } = await guarded('tiny-fails')
  expect(guard.beat().scored).toBe(false)
  const first = publish(square())
  await until('the first frames are judged', (beat) => beat.frames >= 10 && beat.scored)
  expect(guard.beat().unscored).toBe(0)
  await first.stop()

  const second = publish(tall())
  await until('frames fail', (beat) => beat.unscored >= 10)
  await until('the camera is reported unscored', (beat) => beat.state === 'guarding' && !beat.scored)
  expect(of(messages, 'diagnostic').map(({ diagnostic: { code } }) => code)).toContain('FW_INFERENCE_FAILED')
  await second.stop()

  publish(square())
  const { judged } = answers()
  await until('frames are judged again', (beat) => beat.scored && answers().judged >= judged + 10)
  await guard.stop()
  const { frames, unscored, flagged } = guard.beat()
  expect({ frames, unscored, flagged }).toEqual({
    frames: answers().judged + answers().failed,
    unscored: answers().failed,
    flagged: 0,
  })
})

test('with the inference thread gone each frame is unscored, and the guard hears of each', async () => {
  const { guard, engine, answers, publish, until } = await guarded('tiny')
  publish(square())
  await until('the first frames are judged', (beat) => beat.frames >= 10)
  await engine.close()
  await until('frames fail', (beat) => beat.unscored >= 10 && !beat.scored)
  await guard.stop()
  const beat = guard.beat()
  expect([beat.frames, beat.unscored]).toEqual([answers().judged + answers().failed, answers().failed])
})

test('an attack is reported from raised to cleared, in order, with pictures', async () => {
  const detection = { ...camera({ url: '' }).detection, clearAfterMs: 1_000 }
  const { guard, messages, publish, until } = await guarded('tiny', { detection })
  publish(attacked())
  await until('cleared', () => of(messages, 'alert').some(({ incident }) => incident.phase === 'cleared'))
  await guard.stop()
  const alerts = of(messages, 'alert')
  expect(alerts.slice(0, 2).map(({ body }) => body.phase)).toEqual(['raised', 'cleared'])
  expect(new Set(alerts.slice(0, 2).map(({ body }) => body.incident)).size).toBe(1)
  const { evidence, camera: id, level } = alerts[0]!.body
  expect([id, existsSync(join(folder.path, evidence.before!)), existsSync(join(folder.path, evidence.after!))]).toEqual(
    ['gate', true, true],
  )
  expect(level).toBeGreaterThan(0.02)
})

test('what a camera has learned is there again when its guard is replaced', async () => {
  const first = await guarded('tiny')
  first.publish(square())
  await first.until('a level is known', ({ baseline }) => baseline?.stage === 'provisional')
  await first.guard.stop()
  const path = join(folder.path, 'baselines', 'gate.json')
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ width: 64, height: 64 })

  const second = await guarded('tiny', { url: first.url })
  second.publish(square())
  await second.until('the first frame is judged', ({ frames }) => frames > 0)
  expect(second.guard.beat().baseline!.learnedMs).toBeGreaterThan(1_000)
})

test('a cleaned stream that cannot be pushed leaves the judging alone: each frame counts once, none is unscored', async () => {
  const restream = { url: `rtsps://127.0.0.1:${await freePort()}/clean`, when: 'always' } as const
  const { guard, messages, answers, publish, until } = await guarded('tiny', { restream })
  publish(square())
  await until('judged', (beat) => beat.frames >= 30)
  await guard.stop()
  const { frames, unscored } = guard.beat()
  expect({ frames, unscored }).toEqual({ frames: answers().judged, unscored: 0 })
  const reported = of(messages, 'diagnostic').filter(({ diagnostic: { code } }) => code === 'FW_RESTREAM_REFUSED')
  expect(reported).toHaveLength(1)
})

test('a drill is found and cleared by alerts of its own, while the camera stays as it was', async () => {
  const { guard, messages, publish, until } = await guarded('tiny', { frame: { width: 64, rate: RATE } })
  publish(square())
  await until('a level is known', ({ baseline }) => baseline?.stage === 'provisional')
  const { flagged } = guard.beat()
  await guard.drill({ id: 'd1', attack: 'noise', level: 16 / 255 })
  await guard.drill({ id: 'd2', attack: 'noise', level: 16 / 255 })
  expect(of(messages, 'drill')).toEqual([{ type: 'drill', id: 'd2', result: { end: 'failed', frames: 0 } }])
  await until('the drill is over', () => of(messages, 'drill').length === 2)
  const { id, result } = of(messages, 'drill')[1]!
  expect({ id, end: result.end }).toEqual({ id: 'd1', end: 'time' })
  expect(result.found!.delayMs).toBeLessThan(5_000)
  const alerts = of(messages, 'alert')
  expect(alerts.map(({ body }) => [body.phase, body.drill])).toEqual([
    ['raised', true],
    ['cleared', true],
  ])
  expect(alerts.map(({ body }) => body.incident)).toEqual([result.found!.incident, result.found!.incident])
  // nothing of it was flagged or learned: the clip scores -8, the noise +20
  expect(guard.beat().flagged).toBe(flagged)
  await guard.stop()
  const kept = readFileSync(join(folder.path, 'baselines', 'gate.json'), 'utf8')
  const { levels } = JSON.parse(kept).regimes.mono.signals.chain
  expect(levels.length).toBeGreaterThan(0)
  expect(levels.every((level: number) => level < 0)).toBe(true)
})

test('a real attack ends a drill at once, and is told as real', async () => {
  const { guard, messages, publish, until } = await guarded('tiny')
  publish(attacked())
  await until('a level is known', ({ baseline }) => baseline?.stage === 'provisional')
  await guard.drill({ id: 'd1', attack: 'pattern', level: 1 / 255 })
  await until('the drill is over', () => of(messages, 'drill').length === 1)
  expect(of(messages, 'drill')[0]!.result).toMatchObject({ end: 'incident' })
  const real = of(messages, 'alert').find(({ body }) => !body.drill)
  expect(real!.body.phase).toBe('raised')
  await guard.drill({ id: 'd2', attack: 'pattern', level: 1 / 255 })
  expect(of(messages, 'drill')[1]).toEqual({ type: 'drill', id: 'd2', result: { end: 'incident', frames: 0 } })
})
