import { describe, expect, test } from 'vitest'
import { NO_SHARES, type ShareEvent, type ShareState, share } from '../../src/guard/fair-share.js'

/** Cameras that are served at each event, in turn. */
function play(events: readonly ShareEvent[]): (readonly number[])[] {
  let state: ShareState = NO_SHARES
  return events.map((event) => {
    const [next, served] = share(state, event)
    state = next
    return served
  })
}

const threads = (added: number): ShareEvent => ({ type: 'threads', added })
const frame = (camera: number): ShareEvent => ({ type: 'frame', camera })
const done = (camera: number, tookMs = 5, more = false): ShareEvent => ({ type: 'done', camera, tookMs, more })

describe('the step', () => {
  test('a frame that finds a thread is judged at once; one of a camera that is busy waits for it', () => {
    expect(play([threads(2), frame(1), frame(1), frame(2)])).toEqual([[], [1], [], [2]])
  })

  test('frames of equal cost are served in turn', () => {
    const events = [threads(1), frame(1), frame(2), frame(3), done(1, 5, true), done(2, 5, true), done(3, 5, true)]
    expect(play(events)).toEqual([[], [1], [], [], [2], [3], [1]])
  })

  test('a thread that is added takes the next frame', () => {
    expect(play([threads(1), frame(1), frame(2), frame(3), threads(1), threads(1)])).toEqual([
      [],
      [1],
      [],
      [],
      [2],
      [3],
    ])
  })

  test('a camera that is gone is served no more, and its thread serves the others', () => {
    const gone: ShareEvent = { type: 'gone', camera: 2 }
    expect(play([threads(1), frame(1), frame(2), frame(3), gone, done(1)]).at(-1)).toEqual([3])
  })

  test('a dear frame puts its camera behind those whose frames were cheap', () => {
    const events = [threads(1), frame(1), frame(2), done(1, 90, true), done(2, 5, true), done(2, 5, true)]
    expect(play(events)).toEqual([[], [1], [], [2], [2], [2]])
  })

  test('a camera that was idle does not claim the time that it left to others', () => {
    const events: ShareEvent[] = [threads(1), frame(1)]
    for (let i = 0; i < 100; i++) events.push(done(1, 5, true))
    events.push(frame(2), done(1, 5, true), done(2, 5, true), done(1, 5, true))
    expect(play(events).slice(-3)).toEqual([[2], [1], [2]])
  })
})

interface Camera {
  readonly everyMs: number
  readonly costMs: number
}

/** Cameras that bring frames in time, newest frame waiting, on so many threads for a minute: what each brought and was dropped. */
function simulate(cameras: readonly Camera[], count: number): { brought: number; dropped: number }[] {
  let [state] = share(NO_SHARES, threads(count))
  const results = cameras.map(() => ({ brought: 0, dropped: 0 }))
  const waits = cameras.map(() => false)
  const events = cameras.map(({ everyMs }, camera) => ({
    atMs: (camera * everyMs) / cameras.length,
    camera,
    end: false,
  }))
  for (let atMs = 0; atMs < 60_000; ) {
    events.sort((a, b) => a.atMs - b.atMs)
    const event = events.shift()!
    const { camera } = event
    const { everyMs, costMs } = cameras[camera]!
    atMs = event.atMs
    const result = results[camera]!
    if (!event.end) {
      events.push({ atMs: atMs + everyMs, camera, end: false })
      result.brought++
      if (waits[camera]) result.dropped++
      waits[camera] = true
    }
    const [next, served] = share(state, event.end ? done(camera, costMs, waits[camera]) : frame(camera))
    state = next
    for (const one of served) {
      waits[one] = false
      events.push({ atMs: atMs + cameras[one]!.costMs, camera: one, end: true })
    }
  }
  return results
}

describe('a minute of cameras', () => {
  const quiet: Camera = { everyMs: 1_000 / 15, costMs: 5 }
  const dear: Camera = { everyMs: 1_000 / 15, costMs: 80 }

  test('one whose frames take longer than they are apart drops its own, and none of its neighbours’', () => {
    const [attacked, ...others] = simulate([dear, ...Array<Camera>(8).fill(quiet)], 2)
    expect(others.map(({ dropped }) => dropped)).toEqual(Array(8).fill(0))
    expect(attacked!.dropped).toBeGreaterThan(0)
    // what is left of two threads is its: twelve frames a second
    expect(attacked!.brought - attacked!.dropped).toBeGreaterThan(60 * 11)
  })

  test('several of them, too, though nobody interrupts a run: they leave one thread to the others', () => {
    const results = simulate([dear, dear, dear, ...Array<Camera>(4).fill(quiet)], 2)
    const kept = results.map(({ brought, dropped }) => 1 - dropped / brought)
    expect(results.slice(3).map(({ dropped }) => dropped)).toEqual(Array(4).fill(0))
    // one thread among three
    for (const share of kept.slice(0, 3)) expect(share).toBeGreaterThan((0.9 * 1_000) / dear.costMs / 45)
  })

  test('where all are dear no thread idles, and each has the same', () => {
    const results = simulate(Array<Camera>(4).fill(dear), 2)
    const judged = results.map(({ brought, dropped }) => brought - dropped)
    expect(judged.reduce((a, b) => a + b)).toBeGreaterThan((0.98 * 2 * 60_000) / dear.costMs)
    expect(Math.max(...judged) - Math.min(...judged)).toBeLessThan(0.02 * judged[0]!)
  })
})
