/** An alert as one plain sentence: what a phone shows at three in the morning. Pure. */
import type { AlertBody, Kind } from './alert.js'
import type { Box } from './verdict.js'

/** What is wrong with the camera's picture, after "Camera x: ". */
const HAPPENED: Readonly<Record<Kind, string>> = {
  noise: 'its picture is being disturbed by noise that was put in',
  pattern: 'its picture is being disturbed by a pattern that was put in',
  patch: 'something is placed in its picture that misleads recognition',
  lens: 'something lies on its lens that misleads recognition',
  flicker: 'its picture is being disturbed by flickering light',
  frozen: 'its picture has stopped changing',
  injected: 'its picture does not come from its lens',
  unknown: 'its picture is being disturbed',
  covered: 'its lens is covered',
  defocused: 'its picture is out of focus',
  turned: 'it looks somewhere else',
  dark: 'its picture is dark',
  bright: 'it is being dazzled',
  loop: 'its picture is a recording that is played again',
}

export type AlertFacts = Pick<
  AlertBody,
  'camera' | 'phase' | 'kind' | 'level' | 'box' | 'since' | 'captured_at' | 'drill'
>

/** `Camera north-door: its picture is being disturbed by a pattern that was put in (about 8/255), since 03:12:07 UTC.` */
export function alertText(alert: AlertFacts): string {
  const drill = alert.drill ? 'Drill: ' : ''
  const { camera, phase, kind, since, captured_at } = alert
  if (phase === 'cleared') {
    const lasted = lastingText(Date.parse(captured_at) - Date.parse(since))
    return `${drill}Camera ${camera} is as before: what began at ${clockText(since)} is over after ${lasted}.`
  }
  const still = phase === 'updated' ? ', and it goes on' : ''
  return `${drill}Camera ${camera}: ${HAPPENED[kind]}${extent(alert)}, since ${clockText(since)}${still}.`
}

/** Where and how strong, as far as that is known. */
function extent({ level, box }: AlertFacts): string {
  const strength = level === null || level * 255 < 0.5 ? undefined : `about ${Math.round(level * 255)}/255`
  const parts = [strength, box ? placeText(box) : undefined].filter((part) => part !== undefined)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** `at the upper left`: where the middle of the box lies, by thirds of the picture. */
function placeText([x, y, w, h]: Box): string {
  const column = ['left', '', 'right'][third(x + w / 2)]!
  const row = ['upper', '', 'lower'][third(y + h / 2)]!
  if (row === '' && column === '') return 'in the middle'
  if (column === '') return row === 'upper' ? 'at the top' : 'at the bottom'
  return `at the ${row === '' ? column : `${row} ${column}`}`
}

function third(share: number): 0 | 1 | 2 {
  return share < 1 / 3 ? 0 : share < 2 / 3 ? 1 : 2
}

/** `03:12:07 UTC` */
function clockText(time: string): string {
  return `${time.slice(11, 19)} UTC`
}

/** `40 s`, `4 min`, `3 h 20 min`. */
export function lastingText(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000))
  if (s < 60) return `${s} s`
  const minutes = Math.round(s / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
