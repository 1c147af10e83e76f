/** A source over time as a picture: the highest score of each step, what was flagged, and when an incident was open. */
import type { IncidentLine, TimelineLine } from './lines.js'

const WIDTH = 900
const HEIGHT = 70
const FOOT = 16

/** An SVG element; scores from the lowest to the highest that there was, time from the first frame to the last. */
export function timelineSvg({ step_s, max, flagged }: TimelineLine, incidents: readonly IncidentLine[]): string {
  const seconds = max.length * step_s
  const x = (t: number) => ((Math.min(t, seconds) / seconds) * WIDTH).toFixed(1)
  const known = max.filter((score) => score !== null)
  const [low, high] = known.length > 0 ? [Math.min(...known), Math.max(...known)] : [0, 0]
  const y = (score: number) => (HEIGHT - 4 - ((score - low) / (high - low || 1)) * (HEIGHT - 8)).toFixed(1)
  const points = max.map((score, i) => (score === null ? ' ' : `${x((i + 0.5) * step_s)},${y(score)} `))
  const open = spans(incidents, seconds).map(
    ([from, to]) =>
      `<path d="M${x(from)} 0H${x(to)}V${HEIGHT}H${x(from)}z" fill="#c22" fill-opacity=".16"><title>incident</title></path>`,
  )
  const marks = flagged.flatMap((n, i) => (n > 0 ? [`M${x((i + 0.5) * step_s)} ${HEIGHT - 3}v3`] : []))
  // a gap in what was judged is a gap in the line
  const lines = points
    .join('')
    .split(/ {2,}/)
    .map((run) => run.trim())
    .filter(Boolean)
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + FOOT}" font-family="sans-serif" font-size="11" role="img">`,
    `<title>highest score of each ${step_s} s, ${low} to ${high}</title>`,
    ...open,
    ...lines.map((run) => `<polyline points="${run}" fill="none" stroke="#27567a"/>`),
    `<path d="M0 ${HEIGHT}H${WIDTH}" stroke="#9aa"/>`,
    ...(marks.length > 0 ? [`<path d="${marks.join('')}" stroke="#c22" stroke-width="2"/>`] : []),
    `<text y="${HEIGHT + 12}" fill="#567">0 s</text><text x="${WIDTH}" y="${HEIGHT + 12}" text-anchor="end" fill="#567">${seconds} s</text>`,
    '</svg>',
  ].join('\n')
}

/** From each `raised` to its `cleared`, or to the end. */
function spans(incidents: readonly IncidentLine[], seconds: number): [number, number][] {
  const found: [number, number][] = []
  for (const { phase, t, since } of incidents) {
    if (phase === 'raised') found.push([since, seconds])
    else if (phase === 'cleared' && found.length > 0) found.at(-1)![1] = t
  }
  return found
}
