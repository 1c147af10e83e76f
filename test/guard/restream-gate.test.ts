import { describe, expect, test } from 'vitest'
import type { Restream } from '../../src/camera/encode.js'
import type { Frame } from '../../src/core/frame.js'
import { type GateInput, type GateState, gate, type PictureSize, restreamGate } from '../../src/guard/restream-gate.js'

const SMALL = { width: 64, height: 48 }
const LARGE = { width: 128, height: 96 }
const frame = (size: PictureSize, wanted = true): GateInput => ({ type: 'frame', size, wanted })

/** Effects of each input, in turn. */
function play(inputs: readonly GateInput[]): (readonly string[])[] {
  let state: GateState = { phase: 'shut' }
  return inputs.map((input) => {
    const [next, effects] = gate(state, input)
    state = next
    return effects
  })
}

describe('the step', () => {
  test('opens with the first frame that is wanted and writes each', () => {
    expect(play([frame(SMALL, false), frame(SMALL), frame(SMALL)])).toEqual([[], ['open', 'write'], ['write']])
  })

  test('closes when nobody wants it, and opens again', () => {
    const steps = play([frame(SMALL), frame(SMALL, false), { type: 'closed' }, frame(SMALL, false), frame(SMALL)])
    expect(steps).toEqual([['open', 'write'], ['close'], [], [], ['open', 'write']])
  })

  test('another size waits for the old push to be gone: a server takes one publisher at a time', () => {
    const steps = play([frame(SMALL), frame(LARGE), frame(LARGE), { type: 'closed' }, frame(LARGE), frame(LARGE)])
    expect(steps).toEqual([['open', 'write'], ['close'], [], [], ['open', 'write'], ['write']])
  })
})

/** A server's end that notes what it is sent and closes when asked to. */
function pushes() {
  const log: string[] = []
  const closing: (() => void)[] = []
  const open = ({ width, height }: PictureSize): Restream => {
    log.push(`open ${width}x${height}`)
    return {
      write: (pixels) => log.push(`write ${pixels[0]}`) > 0,
      close: () => {
        log.push('close')
        return new Promise((resolve) => closing.push(resolve))
      },
    }
  }
  return { log, closing, open }
}

const picture = (luma: number, size: PictureSize = SMALL): Frame => ({
  ...size,
  cameraId: 'gate',
  seq: 0,
  capturedAtMs: 0,
  pixels: new Uint8Array(size.width * size.height * 1.5).fill(luma),
  damaged: false,
})

const camera = (when: 'always' | 'incident', url: string | undefined = 'rtsp://127.0.0.1/clean') => ({
  restream: { url, when },
})

describe('the gate', () => {
  test('is read always, during an incident, or never, as the settings say', () => {
    const wanted = (...of: Parameters<typeof camera>) => {
      const gate = restreamGate(camera(...of), pushes().open)
      return [gate.wanted(false), gate.wanted(true)]
    }
    expect(wanted('always')).toEqual([true, true])
    expect(wanted('incident')).toEqual([false, true])
    expect(restreamGate({ restream: { when: 'always' } }, pushes().open).wanted(true)).toBe(false)
  })

  test('passes the pictures on while an incident is open, and waits for the end of the push', async () => {
    const { log, closing, open } = pushes()
    const cleaned = restreamGate(camera('incident'), open)
    const send = (luma: number, incidentOpen: boolean) =>
      cleaned.forward(picture(luma), picture(luma).pixels, incidentOpen)
    send(1, false)
    send(2, true)
    send(3, true)
    const closed = cleaned.close()
    await expect.poll(() => log).toEqual(['open 64x48', 'write 2', 'write 3', 'close'])
    closing[0]!()
    await closed
  })
})
