/** The recorded street as a camera: a picture when it is due, with the camera's look, perturbed in its phase. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Perturbation } from '../core/perturbation.js'
import type { CameraLook } from './camera-look.js'
import type { DemoPhase } from './camera-protocol.js'
import { frameDue, untilDue } from './frame-clock.js'
import { phaseAt } from './phase-plan.js'
import type { RtspPush } from './rtsp-push.js'

export interface StreetCameraOptions {
  /** I420, as fast as they are asked for; each is this camera's to write into until it asks for the next. */
  readonly pictures: AsyncIterable<Uint8Array>
  /** Pictures a second. */
  readonly rate: number
  readonly look: CameraLook
  readonly attack: Pick<Perturbation, 'addTo'>
  readonly push: Pick<RtspPush, 'write'>
  /** With the first picture of each phase, before it is sent; ms since the epoch. */
  onPhase(phase: DemoPhase, atMs: number): void
  readonly signal: AbortSignal
}

export interface StreetCamera {
  /** The phases begin with the next picture. */
  begin(phaseMs: number): void
  /** Settles after the signal; rejects when the pictures end. */
  readonly done: Promise<void>
}

/** Sends in real time until `signal`; pictures that come late are skipped. */
export function runStreetCamera(options: StreetCameraOptions): StreetCamera {
  const { pictures, rate, look, attack, push, onPhase, signal } = options
  let plan: { readonly phaseMs: number; beganMs?: number } | undefined
  let phase: DemoPhase | undefined

  function phaseNow(nowMs: number): DemoPhase | undefined {
    if (!plan) return undefined
    plan.beganMs ??= nowMs
    return phaseAt(nowMs - plan.beganMs, plan.phaseMs)
  }

  async function send(): Promise<void> {
    let frame = -1
    let startMs: number | undefined
    for await (const pixels of pictures) {
      frame++
      startMs ??= performance.now()
      if (frame < frameDue(performance.now() - startMs, rate)) continue
      const waitMs = untilDue(frame, performance.now() - startMs, rate)
      await sleep(waitMs, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
      if (signal.aborted) return
      const now = phaseNow(performance.now())
      if (now !== undefined && now !== phase) {
        phase = now
        onPhase(now, Date.now())
      }
      look(pixels, frame)
      if (phase === 'attacked') attack.addTo(pixels)
      push.write(pixels)
    }
  }

  return {
    begin(phaseMs) {
      plan ??= { phaseMs }
    },
    done: send(),
  }
}
