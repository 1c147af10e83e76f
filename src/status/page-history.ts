/**
 * What the page shows of the unit's history: incidents with their pictures, and the last day of each camera. Sent as source text
 * beside `page-script`, whose helpers it calls by name.
 */
import type { LoggedIncident } from '../core/incident-history.js'
import type { BoardSnapshot } from './board.js'

declare function setText(node: Element, text: string): void
declare function setPill(pill: Element, looks: string, word: string): void
declare function byId(id: string): HTMLElement
declare function clone(id: string): DocumentFragment
declare function ago(sinceMs: number): string
declare function signed(score: number): string

/** Incidents that are shown; the rest is in `framewarden incidents`. */
const SHOWN = 12
const EVERY_MS = 30_000
const DAY_MINUTES = 1_440
const HOUR_MINUTES = 60

/** What is remembered of the history between two looks. */
interface HistoryView {
  incidents: readonly LoggedIncident[]
  lastAlert: number
  fetchedAtMs: number
  readonly days: Map<string, DayAnswer>
  /** Incident of the address that was opened. */
  readonly wanted: string | undefined
}

interface DayAnswer {
  readonly states: readonly string[]
  readonly minutes: readonly (readonly [number, number | null, number | null, number])[]
}

export const HISTORY_PROGRAM = [
  ...[
    beginHistory,
    followHistory,
    fetchHistory,
    showIncidents,
    incidentCard,
    fillIncident,
    pictureOf,
    standing,
    kindWord,
    lasted,
    courseOf,
  ],
  ...[drawDays, drawDay, askFor, showSnapshot],
]
export const HISTORY_CONSTANTS = { SHOWN, EVERY_MS, DAY_MINUTES, HOUR_MINUTES }

/** `/incidents/<id>` is shown first and large: that is where an alert's link leads. */
function beginHistory(): HistoryView {
  const wanted = /^\/incidents\/([\w-]+)$/.exec(location.pathname)?.[1]
  return { incidents: [], lastAlert: -1, fetchedAtMs: 0, days: new Map(), wanted }
}

/** Fetches when an alert has come, and now and then. */
function followHistory(view: HistoryView, board: BoardSnapshot): void {
  if (board.lastAlert === view.lastAlert && Date.now() - view.fetchedAtMs < EVERY_MS) return
  view.lastAlert = board.lastAlert
  view.fetchedAtMs = Date.now()
  void fetchHistory(view, board)
}

async function fetchHistory(view: HistoryView, board: BoardSnapshot): Promise<void> {
  const json = { headers: { accept: 'application/json' } }
  try {
    view.incidents = (await (await fetch('/incidents', json)).json()).incidents
    showIncidents(view, board)
    for (const { id } of board.cameras) {
      const answer = await fetch(`/cameras/${id}/timeline`, json)
      if (answer.ok) view.days.set(id, await answer.json())
    }
    drawDays(view)
  } catch {
    view.fetchedAtMs = 0 // the unit is away: with the next state
  }
}

function showIncidents(view: HistoryView, board: BoardSnapshot): void {
  const { incidents, wanted } = view
  const first = incidents.filter(({ id }) => id === wanted)
  const rest = incidents.filter(({ id }) => id !== wanted)
  const open = rest.filter(({ phase }) => phase !== 'cleared')
  const over = rest.filter(({ phase }) => phase === 'cleared')
  const shown = [...first, ...open, ...over].slice(0, SHOWN)
  const list = byId('incidents')
  const known = new Map([...list.children].map((card) => [card.id, card as HTMLElement]))
  const cards = shown.map((incident) => {
    const card = known.get(`incident-${incident.id}`) ?? incidentCard(incident.id)
    fillIncident(card, incident, view, board)
    return card
  })
  // moved only where the order has changed: focus and pictures stay
  cards.forEach((card, i) => {
    if (list.children[i] !== card) list.insertBefore(card, list.children[i] ?? null)
  })
  while (list.children.length > cards.length) list.lastElementChild!.remove()
  byId('no-incidents').hidden = cards.length > 0
  setText(byId('no-incidents'), wanted && first.length === 0 ? 'The unit does not remember this incident.' : 'None.')
}

function incidentCard(id: string): HTMLElement {
  const card = clone('incident').querySelector<HTMLElement>('article')!
  card.id = `incident-${id}`
  return card
}

function fillIncident(card: HTMLElement, incident: LoggedIncident, view: HistoryView, board: BoardSnapshot): void {
  const part = <E extends HTMLElement>(name: string) => card.querySelector<E>(`.${name}`)!
  const open = incident.phase !== 'cleared'
  card.classList.toggle('alarm', open && !incident.drill)
  card.classList.toggle('wanted', incident.id === view.wanted)
  setPill(part('pill'), open ? (incident.drill ? 'warn' : 'bad') : 'quiet', standing(incident))
  const link = part<HTMLAnchorElement>('when')
  link.href = `/incidents/${incident.id}`
  setText(link, `${incident.camera}, ${new Date(incident.since).toLocaleString()}`)
  setText(part('text'), incident.text)
  setText(part('course'), courseOf(incident))
  const strip = pictureOf(incident)
  const picture = part<HTMLImageElement>('strip')
  const whole = part<HTMLAnchorElement>('whole')
  whole.hidden = strip === undefined
  if (strip && picture.getAttribute('src') !== `/${strip}`) {
    picture.onerror = () => {
      whole.hidden = true // retention has taken it
    }
    whole.href = `/${strip}`
    picture.src = `/${strip}`
    picture.alt = `Before, after and difference. ${incident.text}`
  }
  const { acknowledged } = incident
  const note = acknowledged?.note ? `: ${acknowledged.note}` : ''
  const seen = acknowledged ? `Seen ${new Date(acknowledged.at).toLocaleString()} (${acknowledged.by})${note}` : ''
  setText(part('seen'), `${lasted(incident)}${seen && `. ${seen}`}`)
  const button = part<HTMLButtonElement>('acknowledge')
  button.hidden = acknowledged !== null || !board.actions
  button.onclick = async () => {
    button.disabled = true
    const { ok, message } = await askFor('acknowledge', { incident: incident.id })
    button.disabled = false
    if (!ok) setText(part('seen'), String(message))
    else await fetchHistory(view, board)
  }
}

/** Of the worst that is there: the last one with a strip that is no farewell. */
function pictureOf({ pictures }: LoggedIncident): string | undefined {
  const strips = pictures.filter(({ strip }) => strip !== null)
  return (strips.findLast(({ phase }) => phase !== 'cleared') ?? strips.at(-1))?.strip ?? undefined
}

function standing({ kind, phase, drill }: LoggedIncident): string {
  return `${drill ? 'drill, ' : ''}${kindWord(kind)}, ${phase === 'cleared' ? 'over' : 'open'}`
}

function kindWord(kind: string): string {
  return kind === 'unknown' ? 'kind unknown' : kind
}

function lasted({ since, cleared_at }: LoggedIncident): string {
  if (cleared_at === null) return `For ${ago(Date.parse(since))}`
  return `Lasted ${ago(Date.now() - (Date.parse(cleared_at) - Date.parse(since)))}`
}

/** How it went on; nothing where it was raised and cleared alone. */
function courseOf({ changes }: LoggedIncident): string {
  if (!changes.some(({ phase }) => phase === 'updated')) return ''
  const words = changes.map(({ at, phase, kind, level }) => {
    const strength = level === null ? '' : `, about ${Math.round(level * 255)}/255`
    return `${new Date(at).toLocaleTimeString()} ${phase === 'cleared' ? 'over' : `${kindWord(kind)}${strength}`}`
  })
  return words.join(' · ')
}

function drawDays(view: HistoryView): void {
  for (const [id, day] of view.days) {
    const card = document.getElementById(`camera-${id}`)
    // who came for one incident sees the hour around it, others the day
    const span = view.wanted === undefined ? DAY_MINUTES : HOUR_MINUTES
    const own = view.incidents.filter(({ camera }) => camera === id)
    if (card) drawDay(card, day, own, span)
  }
}

/** The score's range each minute over the camera's own level, which is the line; a strip of states below, and a mark for each incident. */
function drawDay(card: HTMLElement, day: DayAnswer, incidents: readonly LoggedIncident[], span: number): void {
  const plot = card.querySelector('.day')!
  const now = Math.floor(Date.now() / 60_000)
  const minutes = day.minutes.filter(([minute]) => minute > now - span)
  const stateOf = (row: (typeof minutes)[number]) => day.states[row[3]]!
  const x = (minute: number) => (((minute - now + span - 1) / span) * 720).toFixed(1)
  const wide = Math.max(1, 720 / span).toFixed(1)
  const scored = day.minutes.filter(([, low]) => low !== null) as [number, number, number, number][]
  const least = Math.min(-2, ...scored.map(([, low]) => low))
  const most = Math.max(2, ...scored.map(([, , high]) => high))
  const y = (rise: number) => 3 + ((most - rise) / (most - least)) * 50
  const path = (name: string, d: string) => plot.querySelector(`.${name}`)!.setAttribute('d', d)
  const bar = ([minute, low, high]: readonly [number, number, number, number]) =>
    `M${x(minute)} ${(y(high) - 1).toFixed(1)}h${wide}V${(y(low) + 1).toFixed(1)}h-${wide}Z`
  const strip = (rows: typeof minutes) => rows.map(([minute]) => `M${x(minute)} 58h${wide}v6h-${wide}Z`).join('')
  const recent = incidents.filter(({ since, drill }) => !drill && Date.parse(since) > (now - span) * 60_000)
  const guarded = minutes.filter((row) => stateOf(row) === 'guarding')
  const stopped = minutes.filter((row) => stateOf(row) === 'stopped')
  path(
    'range',
    scored
      .filter(([minute]) => minute > now - span)
      .map(bar)
      .join(''),
  )
  path('level', scored.length > 0 ? `M0 ${y(0).toFixed(1)}H720` : '')
  path('guarded', strip(guarded))
  path('stopped', strip(stopped))
  path('away', strip(minutes.filter((row) => !guarded.includes(row) && !stopped.includes(row))))
  path('marks', recent.map(({ since }) => `M${x(Date.parse(since) / 60_000)} 0V56`).join(''))
  const top = Math.max(...scored.map(([, , high]) => high))
  const range = scored.length === 0 ? 'no level of its own yet' : `score at most ${signed(top)} over its own level`
  const when = span === HOUR_MINUTES ? 'Last hour' : 'Last 24 hours'
  const found = recent.length === 1 ? '1 incident' : `${recent.length} incidents`
  const words = `${when}: guarded ${guarded.length} of ${minutes.length} minutes, ${range}, ${found}`
  plot.setAttribute('aria-label', words)
  setText(card.querySelector('.day-words')!, words)
}

/** Asks the unit; the cookie says who may. */
async function askFor(verb: string, members: object): Promise<{ ok: boolean; message?: string; found?: boolean }> {
  const headers = { 'content-type': 'application/json' }
  try {
    return await (await fetch(`/request/${verb}`, { method: 'POST', headers, body: JSON.stringify(members) })).json()
  } catch {
    return { ok: false, message: 'The unit does not answer.' }
  }
}

/** The camera as it is now, in its card. */
async function showSnapshot(card: HTMLElement, id: string): Promise<void> {
  const picture = card.querySelector<HTMLImageElement>('.snapshot')!
  const said = card.querySelector('.snapshot-words')!
  setText(said, '')
  const answer = await fetch(`/cameras/${id}/snapshot.jpg`).catch(() => undefined)
  if (!answer?.ok) return setText(said, 'No picture comes from this camera now.')
  picture.src = `/cameras/${id}/snapshot.jpg?at=${Date.now()}`
  picture.alt = `Camera ${id} at ${new Date().toLocaleTimeString()}`
  picture.hidden = false
}
