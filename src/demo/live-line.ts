/** The line that says how it stands this second. Pure. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { DemoPhase } from './camera-protocol.js'

const BAR = 16
/** Log-odds at the ends of the bar: beyond them nobody doubts. */
const SURE = 8

const PHASE_TEXT: Readonly<Record<DemoPhase, string>> = {
  clean: 'clean picture',
  attacked: 'PERTURBED picture',
  after: 'clean picture again',
}

export interface LiveState {
  readonly camera?: CameraFacts
  readonly phase?: DemoPhase
  /** Seconds until the phase ends; undefined: it has no end. */
  readonly leftS?: number
}

/** `14.9 frames/s  [######..........] score  -4.1  guarding  clean picture, 7 s left`. */
export function liveLine({ camera, phase, leftS }: LiveState): string {
  if (!camera) return 'starting …'
  const score = camera.score === undefined ? '  - ' : signed(camera.score)
  const left =
    leftS === undefined ? '' : leftS > 0 ? `, ${Math.ceil(leftS)} s left` : ', waiting for the end of the incident'
  return [
    `${camera.fps.toFixed(1).padStart(4)} frames/s`,
    `${bar(camera.score)} score ${score}`,
    camera.incidentOpen ? `${camera.state}, INCIDENT` : camera.state,
    ...(phase ? [`${PHASE_TEXT[phase]}${left}`] : []),
  ].join('  ')
}

/** Empty: surely clean; full: surely perturbed; half: undecided. */
function bar(score: number | undefined): string {
  if (score === undefined) return `[${' '.repeat(BAR)}]`
  const share = Math.max(0, Math.min(1, (score + SURE) / (2 * SURE)))
  const full = Math.round(share * BAR)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`
}

function signed(score: number): string {
  return `${score < 0 ? '-' : '+'}${Math.abs(score).toFixed(1)}`.padStart(5)
}
