/** The drawn street as a camera: a frame when it is due, perturbed in its phase, pushed by RTSP. */
import { setTimeout as sleep } from 'node:timers/promises'
import { i420Bytes } from '../core/frame.js'
import type { DemoPhase } from './camera-protocol.js'
import { frameDue, untilNext } from './frame-clock.js'
import type { Perturbation } from './perturbation.js'
import { phaseAt } from './phase-plan.js'
import type { Publisher } from './publisher.js'
import { RATE } from './scene/street.js'

export interface Scene {
  readonly width: number
  readonly height: number
  /** Draws frame `frame` into an I420 picture, limited range, BT.601. */
  draw(frame: number, into: Uint8Array): void
}

export interface DrawnCamera {
  /** The phases begin with the next frame. */
  begin(phaseMs: number): void
  /** Settles after the signal. */
  readonly done: Promise<void>
}

/** Draws in real time until `signal`; late frames are skipped. `onPhase` with the first frame of each, before it is sent. */
export function runDrawnCamera(
  scene: Scene,
  attack: Perturbation,
  publisher: Pick<Publisher, 'write'>,
  onPhase: (phase: DemoPhase, atMs: number) => void,
  signal: AbortSignal,
): DrawnCamera {
  const pixels = new Uint8Array(i420Bytes(scene.width, scene.height))
  let plan: { readonly phaseMs: number; beganMs?: number } | undefined
  let phase: DemoPhase | undefined

  function phaseNow(nowMs: number): DemoPhase | undefined {
    if (!plan) return undefined
    plan.beganMs ??= nowMs
    return phaseAt(nowMs - plan.beganMs, plan.phaseMs)
  }

  async function draw(): Promise<void> {
    const startMs = performance.now()
    for (let frame = 0; !signal.aborted; ) {
      const now = phaseNow(performance.now())
      if (now !== undefined && now !== phase) {
        phase = now
        onPhase(now, Date.now())
      }
      scene.draw(frame, pixels)
      if (phase === 'attacked') attack.addTo(pixels)
      publisher.write(pixels)
      const waitMs = untilNext(frame, performance.now() - startMs, RATE)
      await sleep(waitMs, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
      // a timer may be early by a fraction of a millisecond: no frame comes twice
      frame = Math.max(frame + 1, frameDue(performance.now() - startMs, RATE))
    }
  }

  return {
    begin(phaseMs) {
      plan ??= { phaseMs }
    },
    done: draw(),
  }
}
