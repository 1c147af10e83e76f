/**
 * A recording that is played again: a sensor's noise never repeats, a recording's does, also when it is encoded anew. Each
 * frame leaves the signs by which its grain differs from the frame before; the frames of the last minutes are searched for one
 * like it, and what was found is followed: a recording goes on as it did before. What stands still, new or old, says nothing.
 */
import { select } from '../select.js'
import { PER_REGION, REGIONS_ACROSS, REGIONS_DOWN } from './print.js'

/** Recordings of up to this length are recognised when they begin again. 1.2 MB at 15/s. */
const REMEMBERED_S = 300
/** What lies closer is the scene itself: things stay where they are for a moment. */
const APART_MS = 2_500
/** Grain that changes less says nothing: samples that the encoder leaves alone do not change at all. */
const DEAD = 0.4
/** Grain beyond this is an edge: where a picture sways or its light beats, edges repeat themselves. */
const FLAT = 5
/** Samples of a region that must speak in both frames. */
const MIN_SPEAKING = 8
/** Frames around the one that should come next: frames are lost, and the decision may have looked at others. */
const SLACK = 2
/** A second that repeats this much is followed on; a search may find better. */
const FOLLOWED = 0.25
/** Every fourth region is enough to search by. */
const SEARCH_STEP = 4

const REGIONS = REGIONS_ACROSS * REGIONS_DOWN
/** Two words a region: which samples lie above the mean, and which below. */
const WORDS = 2 * REGIONS

/** Signs of the frames of a second, WORDS each. */
interface Second {
  readonly atMs: number
  readonly signs: Int32Array
}

export interface LoopState {
  /** Of the last frame. */
  readonly grain?: Float32Array
  readonly seconds: readonly Second[]
  readonly filling: readonly Int32Array[]
  /** How many frames before the newest one its like was. */
  readonly behind?: number
}

export const NO_LOOP: LoopState = { seconds: [], filling: [] }

/** One more frame. */
export function noteGrain(state: LoopState, grain: Float32Array): LoopState {
  const signs = new Int32Array(WORDS)
  const before = state.grain ?? grain
  for (let i = 0; i < grain.length; i++) {
    if (Math.abs(grain[i]!) > FLAT || Math.abs(before[i]!) > FLAT) continue
    const change = grain[i]! - before[i]!
    const region = Math.floor(i / PER_REGION)
    if (change > DEAD) signs[2 * region]! |= 1 << (i % PER_REGION)
    else if (change < -DEAD) signs[2 * region + 1]! |= 1 << (i % PER_REGION)
  }
  return { ...state, grain, filling: [...state.filling, signs] }
}

/**
 * Ends a second at `atMs`. Returns how much its frames are like those that the last second's search pointed to, -1..1: the
 * median over frames of the median over regions; undefined: nothing was pointed to.
 */
export function endSecond(state: LoopState, atMs: number): [LoopState, number | undefined] {
  const { filling, behind } = state
  if (filling.length === 0) return [state, undefined]
  const signs = new Int32Array(filling.length * WORDS)
  for (const [i, one] of filling.entries()) signs.set(one, i * WORDS)
  const seconds = [...state.seconds, { atMs, signs }].slice(-REMEMBERED_S)
  const score = behind === undefined ? undefined : followed(seconds, filling.length, behind)
  const held = score !== undefined && score >= FOLLOWED ? behind : undefined
  const found = held ?? search(seconds, atMs - APART_MS)
  return [{ ...state, seconds, filling: [], behind: found }, score]
}

/** The median over the last `frames` of how much each is like the one `behind` it. */
function followed(seconds: readonly Second[], frames: number, behind: number): number {
  const likest = new Float32Array(frames).fill(-1)
  for (let i = 0; i < frames; i++) {
    const one = frameAt(seconds, i)!
    for (let other = Math.max(i + 1, i + behind - SLACK); other <= i + behind + SLACK; other++) {
      const past = frameAt(seconds, other)
      if (past) likest[i] = Math.max(likest[i]!, likeness(one.signs, one.at, past.signs, past.at, EVERY_REGION))
    }
  }
  return select(likest, frames >> 1)
}

/** The frame until `untilMs` that is most like the newest one; as a distance from it. */
function search(seconds: readonly Second[], untilMs: number): number | undefined {
  const newest = frameAt(seconds, 0)!
  let best = 0
  let behind: number | undefined
  let distance = 0
  for (const { atMs, signs } of seconds.toReversed()) {
    for (let at = signs.length - WORDS; at >= 0; at -= WORDS, distance++) {
      if (atMs > untilMs) continue
      const score = likeness(newest.signs, newest.at, signs, at, SOME_REGIONS)
      // of those alike the oldest
      if (score < best || score <= 0) continue
      best = score
      behind = distance
    }
  }
  return behind
}

/** Where the signs of the frame are that lies `distance` before the newest one; 0 is itself. */
function frameAt(seconds: readonly Second[], distance: number): { signs: Int32Array; at: number } | undefined {
  let left = distance
  for (let i = seconds.length - 1; i >= 0; i--) {
    const { signs } = seconds[i]!
    const frames = signs.length / WORDS
    if (left < frames) return { signs, at: signs.length - (left + 1) * WORDS }
    left -= frames
  }
  return undefined
}

/** Regions that are compared, and room for their scores: a search compares thousands of frames a second. */
const EVERY_REGION = { step: 1, scores: new Float32Array(REGIONS) }
const SOME_REGIONS = { step: SEARCH_STEP, scores: new Float32Array(Math.ceil(REGIONS / SEARCH_STEP)) }

/** Median over the regions of the share of samples that agree less the share that does not. */
function likeness(
  a: Int32Array,
  aAt: number,
  b: Int32Array,
  bAt: number,
  { step, scores }: typeof EVERY_REGION,
): number {
  let at = 0
  for (let word = 0; word < WORDS; word += 2 * step) {
    const [upA, downA] = [a[aAt + word]!, a[aAt + word + 1]!]
    const [upB, downB] = [b[bAt + word]!, b[bAt + word + 1]!]
    const agree = ones(upA & upB) + ones(downA & downB)
    const differ = ones(upA & downB) + ones(downA & upB)
    scores[at++] = (agree - differ) / Math.max(MIN_SPEAKING, agree + differ)
  }
  return select(scores, scores.length >> 1)
}

/** Set bits of a 32-bit word. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
