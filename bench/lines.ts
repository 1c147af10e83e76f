/** What was measured, as tables for a terminal. */
import type { Capacity } from './capacity.js'
import { CLIP } from './clips.js'
import type { DecisionCost } from './decision-cost.js'
import type { Held } from './held.js'
import type { RuntimeRow } from './runtimes.js'
import type { WholeResult } from './whole.js'

const n = (value: number, digits = 1) => value.toFixed(digits).padStart(8)
const mb = (bytes: number) => (bytes / 1e6).toFixed(0).padStart(8)

export function aloneLines(decode: Capacity, inference: Capacity, decision: DecisionCost): string[] {
  const { withTamper, without } = decision
  return [
    `decoding alone   ${n(decode.framesPerS, 0)} frames/s`,
    `networks alone   ${n(inference.framesPerS, 0)} frames/s, ${inference.cpuMsPerFrame.toFixed(2)} ms CPU a frame`,
    `decision alone   ${n(withTamper, 2)} ms CPU a frame, without tamper ${without.toFixed(2)}: tamper costs ${(withTamper - without).toFixed(2)}`,
  ]
}

export function runtimeLines(rows: readonly RuntimeRow[]): string[] {
  return [
    '\nruntime  provider   start ms  screen ms  chain ms  transfer ms',
    ...rows.map(({ runtime, text, provider, startMs, screenMs, chainMs, transferMs }) => {
      const times = `${n(startMs, 0)}   ${n(screenMs)}  ${n(chainMs)}     ${transferMs === undefined ? '       -' : n(transferMs, 2)}`
      return `${runtime.padEnd(8)} ${provider.padEnd(10)} ${times}   ${text}`
    }),
  ]
}

export function wholeLines(rows: readonly WholeResult[]): string[] {
  return [
    '\n cameras  offered   judged  dropped   p50 ms   p99 ms | CPU ms/frame: control  guard  ffmpeg | MB: control   guard  ffmpeg',
    ...rows.map(({ groups, cpuMsPerFrame: cpu, rssBytes }) => {
      const [all] = groups
      const rates = `${n(all!.offeredPerS)} ${n(all!.judgedPerS)} ${n(all!.dropped, 0)} ${n(all!.p50Ms)} ${n(all!.p99Ms)}`
      const memory = `${mb(rssBytes.control)}${mb(rssBytes.guards)}${mb(rssBytes.ffmpeg)}`
      return `${n(all!.cameras, 0)} ${rates} |           ${n(cpu.control, 2)}${n(cpu.guards, 2)}${n(cpu.ffmpeg, 2)} | ${memory}`
    }),
  ]
}

/** A line for each kind of camera in a scene. */
export function sceneLines(scenes: readonly ({ readonly name: string } & WholeResult)[]): string[] {
  return [
    '\nscene                            cameras            offered/s   judged  dropped   p50 ms   p99 ms | flagged/s of the least | guard CPU ms/frame',
    ...scenes.flatMap(({ name, groups, cpuMsPerFrame }) =>
      groups.map((group, i) => {
        const rates = `${n(group.offeredPerS)} ${n(group.judgedPerS)} ${n(group.dropped, 0)} ${n(group.p50Ms)} ${n(group.p99Ms)}`
        const of = `${(i === 0 ? name : '').padEnd(32)} ${`${group.cameras} ${group.name}`.padEnd(18)}`
        return `${of} ${rates} | ${n(group.flaggedPerS, 2).padEnd(22)} | ${i === 0 ? n(cpuMsPerFrame.guards) : ''}`
      }),
    ),
  ]
}

type Beside = Readonly<Record<'framewarden' | 'loop', Held>>

export function heldLines(versions: string, held: Readonly<Record<'quiet' | 'noisy', Beside>>): string[] {
  const runs = ({ runs }: Held) =>
    runs.map(({ cameras, judgedPerS }) => `${judgedPerS.toFixed(1)} of ${cameras * CLIP.rate}`).join(', ')
  return [
    `\nbeside a loop in Python (${versions}): cameras of whose frames 99 % are judged`,
    ...Object.entries(held).flatMap(([clip, { framewarden, loop }]) => [
      `${clip}: framewarden ${framewarden.cameras}, loop ${loop.cameras}, ratio ${(framewarden.cameras / loop.cameras).toFixed(1)}`,
      `  frames/s, framewarden: ${runs(framewarden)}`,
      `  frames/s, loop: ${runs(loop)}`,
    ]),
  ]
}
