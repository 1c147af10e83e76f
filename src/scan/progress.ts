/** The line on a terminal that says how far a scan is, how fast, and how long it will take. */
import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import type { Frame } from '../core/frame.js'
import { printable } from '../core/printable.js'
import type { ScanSource } from './sources.js'

export interface ScanProgress {
  begin(source: ScanSource): void
  frame(frame: Frame): void
  /** Takes the line away, so that other text can be printed. */
  clear(): void
}

export const NO_PROGRESS: ScanProgress = { begin() {}, frame() {}, clear() {} }

const EVERY_MS = 200
const BAR = 20

/**
 * Draws on `terminal`. `lengths`: seconds of each source by name, where known; time left is shown when all are. Sources of no
 * length (pictures) count as a second each.
 */
export function terminalProgress(
  terminal: NodeJS.WriteStream,
  sources: readonly ScanSource[],
  lengths: ReadonlyMap<string, number>,
): ScanProgress {
  const from = performance.now()
  const total = sources.every((s) => lengths.has(s.name)) ? sum(sources.map(lengthOf)) : undefined
  let [done, index, frames, drawnMs] = [0, -1, 0, 0]
  let current: ScanSource | undefined

  return {
    begin(source) {
      if (current) done += lengthOf(current)
      current = source
      index++
    },
    frame(frame) {
      frames++
      const now = performance.now()
      if (!current || now - drawnMs < EVERY_MS) return
      drawnMs = now
      const seconds = (now - from) / 1000
      const name = printable(basename(current.name)).slice(-28)
      const text = [
        `${index + 1}/${sources.length}`,
        name,
        `${frames} frames`,
        `${(frames / seconds).toFixed(0)} frames/s`,
      ]
      if (total !== undefined) {
        const share = Math.min(1, (done + Math.min(lengthOf(current), frame.capturedAtMs / 1000)) / total)
        text.unshift(bar(share))
        if (share > 0.01) text.push(`${clock((seconds * (1 - share)) / share)} left`)
      }
      terminal.write(`\r\x1b[K${text.join('  ').slice(0, (terminal.columns ?? 80) - 1)}`)
    },
    clear() {
      if (drawnMs > 0) terminal.write('\r\x1b[K')
      drawnMs = 0
    },
  }

  function lengthOf(source: ScanSource): number {
    return lengths.get(source.name) || 1
  }
}

/** Length of a clip in seconds as its container claims; undefined where it says none. Costs ffmpeg's start, about 40 ms. */
export function clipSeconds(ffmpegPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    // Without an output ffmpeg describes its input and exits 1.
    execFile(ffmpegPath, ['-hide_banner', '-nostdin', '-i', path], { timeout: 5_000 }, (_, __, stderr) => {
      const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):([\d.]+)/.exec(stderr) ?? []
      resolve(seconds === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
    })
  })
}

function bar(share: number): string {
  const full = Math.round(share * BAR)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`
}

function clock(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
