/** The histograms of a calibration as a picture: where a camera's clean values lie, and from where one is plain evidence. */
import { SIGNALS } from '../core/baseline/signals.js'
import { type CalibrationResult, SIGNAL_NAMES, type SignalResult } from './result.js'

/** Pixels: of a histogram, and around it. */
const WIDTH = 600
const HEIGHT = 120
const SIDE = 40
const STEP = HEIGHT + 80

/** An SVG document of `result`, for any browser. Camera ids hold no character that XML minds. */
export function calibrationSvg({ camera, signals }: Pick<CalibrationResult, 'camera' | 'signals'>): string {
  const [width, height] = [WIDTH + 2 * SIDE, STEP * SIGNALS.length + SIDE]
  const parts = SIGNALS.map((signal, i) => signalPart(SIGNAL_NAMES[signal], signals[signal], SIDE + 30 + i * STEP))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${SIDE}" y="24" font-size="15">${camera}: clean values, and from where one is plain evidence</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

/** `top`: of the bars. The margin counts from the median, where the camera's level is. */
function signalPart(name: string, { histogram, quantiles, margin }: SignalResult, top: number): string {
  const { from, to, counts } = histogram
  const evidence = quantiles.p50 + margin
  const last = Math.max(to, evidence)
  const x = (value: number) => SIDE + (last > from ? ((value - from) / (last - from)) * WIDTH : 0)
  const most = Math.max(...counts)
  const bottom = top + HEIGHT
  const bars = counts.map((count, i) => {
    const left = x(from + ((to - from) * i) / counts.length)
    const right = x(from + ((to - from) * (i + 1)) / counts.length)
    const tall = (count / most) * HEIGHT
    return count === 0 ? '' : rect(left, bottom - tall, Math.max(1, right - left), tall)
  })
  const at = x(evidence).toFixed(1)
  return [
    `<text x="${SIDE}" y="${top - 8}">${name}</text>`,
    ...bars.filter(Boolean),
    `<path d="M${SIDE} ${bottom}h${WIDTH}" stroke="#333"/>`,
    `<path d="M${at} ${top}V${bottom}" stroke="#c22" stroke-dasharray="4 3"/>`,
    `<text x="${SIDE}" y="${bottom + 16}">${from.toFixed(2)}</text>`,
    `<text x="${at}" y="${bottom + 16}" text-anchor="end" fill="#c22">${evidence.toFixed(2)}</text>`,
  ].join('\n')
}

function rect(x: number, y: number, width: number, height: number): string {
  const [left, top, wide, tall] = [x, y, width, height].map((value) => value.toFixed(1))
  return `<rect x="${left}" y="${top}" width="${wide}" height="${tall}" fill="#47a"/>`
}
