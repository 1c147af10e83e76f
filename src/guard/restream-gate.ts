/** When the cleaned stream is pushed: opened and closed as `restream.when` says, and anew when the picture changes its size. */
import type { Restream } from '../camera/encode.js'
import type { Frame } from '../core/frame.js'
import type { CameraSettings } from '../core/settings.js'

export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** `closing`: the old push still holds the address. */
export type GateState =
  | { readonly phase: 'shut' }
  | { readonly phase: 'open'; readonly size: PictureSize }
  | { readonly phase: 'closing' }

export type GateInput =
  | { readonly type: 'frame'; readonly wanted: boolean; readonly size: PictureSize }
  | { readonly type: 'closed' }

/** What the shell does, in this order. */
export type GateEffect = 'open' | 'write' | 'close'

/** One step. Frames that come while the old push closes are left out: a server takes one publisher at a time. */
export function gate(state: GateState, input: GateInput): [GateState, readonly GateEffect[]] {
  if (input.type === 'closed') return [{ phase: 'shut' }, []]
  const { wanted, size } = input
  if (state.phase === 'open') {
    const asBefore = state.size.width === size.width && state.size.height === size.height
    return wanted && asBefore ? [state, ['write']] : [{ phase: 'closing' }, ['close']]
  }
  if (state.phase === 'closing' || !wanted) return [state, []]
  return [{ phase: 'open', size }, ['open', 'write']]
}

export interface RestreamGate {
  /** Somebody reads the cleaned stream, or would if there were one to read. */
  wanted(incidentOpen: boolean): boolean
  /** Takes a copy of `pixels`, which stand for those of `frame`. Never throws. */
  forward(frame: Frame, pixels: Uint8Array, incidentOpen: boolean): void
  /** Ends the push and waits until its child is gone. */
  close(): Promise<void>
}

/** `open` starts a push of that size, which never throws. */
export function restreamGate(
  { restream }: Pick<CameraSettings, 'restream'>,
  open: (size: PictureSize) => Restream,
): RestreamGate {
  let state: GateState = { phase: 'shut' }
  let push: Restream | undefined
  let closing: Promise<void> = Promise.resolve()
  const wanted = (incidentOpen: boolean) => restream.url !== undefined && (restream.when === 'always' || incidentOpen)

  function step(input: GateInput): readonly GateEffect[] {
    const [next, effects] = gate(state, input)
    state = next
    return effects
  }

  function close(): void {
    const old = push
    push = undefined
    closing = closing.then(() => old?.close()).then(() => void step({ type: 'closed' }))
  }

  return {
    wanted,
    forward({ width, height }, pixels, incidentOpen) {
      for (const effect of step({ type: 'frame', wanted: wanted(incidentOpen), size: { width, height } })) {
        if (effect === 'open') push = open({ width, height })
        else if (effect === 'write') push?.write(pixels)
        else close()
      }
    },
    async close() {
      close()
      await closing
    },
  }
}
