/** Decoding and judging at once: frames are read ahead while the networks work, and come out in order. */
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Verdict } from '../core/verdict.js'
import type { JudgeOptions } from '../inference/chain.js'
import type { Engine } from '../inference/engine.js'

/** `frame.pixels` are back; `error` instead of a verdict where the networks failed on this frame. */
export type ScanFrame = { readonly frame: Frame } & (
  | { readonly verdict: Verdict; readonly error?: undefined }
  | { readonly verdict?: undefined; readonly error: FwError }
)

/** One frame in the networks, one handed over and waiting: the thread never waits for this one. */
const IN_FLIGHT = 2

/** Judges `frames` in their order. What the decoder throws comes after the frames that it had given. */
export async function* judging(
  frames: AsyncIterable<Frame>,
  engine: Engine,
  options: (frame: Frame) => JudgeOptions,
): AsyncGenerator<ScanFrame> {
  const inFlight: Promise<ScanFrame>[] = []
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const frame of frames) {
      inFlight.push(judgeOne(frame, engine, options(frame)))
      if (inFlight.length >= IN_FLIGHT) yield await inFlight.shift()!
    }
  } catch (error) {
    failure = { error }
  }
  for (const last of inFlight) yield await last
  if (failure) throw failure.error
}

async function judgeOne(frame: Frame, engine: Engine, options: JudgeOptions): Promise<ScanFrame> {
  try {
    const { verdict } = await engine.judge(frame, options)
    return { frame, verdict }
  } catch (error) {
    if (error instanceof FwError) return { frame, error }
    throw error
  }
}

/** Starts a decoder before its first frame is asked for, so that one source decodes while the one before is judged. */
export function started(frames: AsyncGenerator<Frame>): AsyncGenerator<Frame> {
  const first = frames.next()
  first.catch(() => {}) // whoever reads gets it
  return rest()

  async function* rest(): AsyncGenerator<Frame> {
    try {
      for (let next = await first; !next.done; next = await frames.next()) yield next.value
    } finally {
      await frames.return(undefined)
    }
  }
}
