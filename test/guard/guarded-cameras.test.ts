import { expect, test } from 'vitest'
import type { Assignment } from '../../src/core/guard-protocol.js'
import { guardedCameras } from '../../src/guard/guarded-cameras.js'
import { camera } from '../fixtures/camera-settings.js'

/** Cameras whose ffmpeg ends when asked to; `log` is what happened, `running` how many children each id has. */
function slowCameras() {
  const log: string[] = []
  const running = new Map<string, number>()
  const ending: (() => void)[] = []
  const cameras = guardedCameras(({ camera: { id, frame } }) => {
    const name = `${id} at ${frame.rate}`
    running.set(id, (running.get(id) ?? 0) + 1)
    log.push(`start ${name}`)
    return {
      adjust: ({ detection }) => log.push(`adjust ${name} to ${detection.threshold}`),
      drill: async (request) => void log.push(`drill ${name} ${request.id}`),
      snapshot: () => void log.push(`snapshot ${name}`),
      beat: () => ({ id }) as never,
      judgingSinceMs: () => undefined,
      stop: () =>
        new Promise((resolve) =>
          ending.push(() => {
            running.set(id, running.get(id)! - 1)
            log.push(`end ${name}`)
            resolve()
          }),
        ),
    }
  })
  return { cameras, log, running, ending }
}

const gate = (rate = 15): Assignment => ({ camera: camera({ url: 'rtsp://127.0.0.1/a', frame: { width: 64, rate } }) })
const adjusted = (threshold: number) => {
  const { camera: settings } = gate()
  return { type: 'adjust', camera: { ...settings, detection: { ...settings.detection, threshold } } } as const
}

test('a camera that is released and assigned again has never two children', async () => {
  const { cameras, log, running, ending } = slowCameras()
  await cameras.start([gate()])
  const handled = [
    cameras.handle({ type: 'release', cameraId: 'gate' }),
    cameras.handle({ type: 'assign', assignment: gate(5) }),
    cameras.handle({ type: 'assign', assignment: gate(10) }),
    cameras.handle(adjusted(2)),
  ]
  for (let ends = 1; ends <= 2; ends++) {
    await expect.poll(() => ending.length).toBe(ends)
    expect(running.get('gate')).toBe(1)
    ending[ends - 1]!()
  }
  await Promise.all(handled)
  expect(log).toEqual([
    'start gate at 15',
    'end gate at 15',
    'start gate at 5',
    'end gate at 5',
    'start gate at 10',
    'adjust gate at 10 to 2',
  ])
})

test('what was said of a camera before its turn came counts, not the assignment of the start', async () => {
  const { cameras, log } = slowCameras()
  await cameras.handle({ type: 'release', cameraId: 'gate' })
  await cameras.start([gate()])
  expect([log, cameras.count()]).toEqual([[], 0])
})

test('nothing is started once it stops, and it waits for what is being done', async () => {
  const { cameras, log, ending } = slowCameras()
  await cameras.start([gate()])
  const assigned = cameras.handle({ type: 'assign', assignment: gate(5) })
  await expect.poll(() => ending.length).toBe(1)
  const stopped = cameras.stop()
  ending[0]!()
  await Promise.all([assigned, stopped])
  expect(log).toEqual(['start gate at 15', 'end gate at 15'])
})

test('a camera that is adjusted before its turn to start is started, as adjusted', async () => {
  const { cameras, log } = slowCameras()
  const { camera: settings } = gate()
  const started = cameras.start([{ camera: { ...settings, id: 'yard' } }, gate()])
  await cameras.handle({ type: 'adjust', camera: { ...settings, frame: { width: 64, rate: 5 } } })
  await started
  expect(log).toEqual(['start yard at 15', 'start gate at 5'])
})

test('a drill goes to a camera that is guarded, and keeps none from being started', async () => {
  const { cameras, log } = slowCameras()
  const request = { id: 'd', attack: 'noise', level: 0.1 } as const
  const starting = cameras.start([{ camera: { ...gate().camera, id: 'yard' } }, gate()])
  await cameras.handle({ type: 'drill', cameraId: 'gate', request })
  await starting
  await cameras.handle({ type: 'drill', cameraId: 'gate', request })
  expect(log).toEqual(['start yard at 15', 'start gate at 15', 'drill gate at 15 d'])
})
