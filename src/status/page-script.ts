/**
 * What runs in the browser: reads `/events` and draws. The source text of each function is sent as it stands, so none uses
 * anything but what is in PROGRAM. All that comes from the unit goes in as text nodes.
 */
import type { CameraFacts } from '../core/camera-facts.js'
import type { BoardSnapshot } from './board.js'
import { HISTORY_CONSTANTS, HISTORY_PROGRAM } from './page-history.js'

/** Seconds of scores that a card draws. */
const HISTORY = 120
const LEARNING_MINUTES = 10
const STATES: Record<string, readonly [looks: string, word: string]> = {
  guarding: ['good', 'guarding'],
  connecting: ['warn', 'connecting'],
  stalled: ['warn', 'stalled'],
  frozen: ['warn', 'picture frozen'],
  backoff: ['bad', 'not reached'],
  stopped: ['quiet', 'stopped'],
}

const PROGRAM = [
  ...[connect, stale, show, showGuards, showDiagnostics, diagnosticItem, summarise, summaryOf, toDo],
  ...[showCamera, baselineWords, createCard, drillFrom, forget, drawScores],
  ...[setRows, setPill, setText, byId, clone, count, signed, latency, ago],
]

/** The page's whole program. */
export const pageScript = `(() => {
${Object.entries({ HISTORY, LEARNING_MINUTES, STATES, ...HISTORY_CONSTANTS })
  .map(([name, value]) => `const ${name} = ${JSON.stringify(value)}`)
  .join('\n')}
${[...PROGRAM, ...HISTORY_PROGRAM].join('\n')}
connect({ cards: new Map(), scores: new Map(), lastAtMs: 0, history: beginHistory() })
})()`

type Card = ReturnType<typeof createCard>

/** What the page remembers between two snapshots; by camera id. */
interface Page {
  readonly cards: Map<string, Card>
  /** Oldest first, one a second; undefined: not scored. */
  readonly scores: Map<string, (number | undefined)[]>
  lastAtMs: number
  readonly history: ReturnType<typeof beginHistory>
}

declare function beginHistory(): { readonly wanted: string | undefined }
declare function followHistory(history: Page['history'], board: BoardSnapshot): void
declare function askFor(verb: string, members: object): Promise<{ ok: boolean; message?: string; found?: boolean }>
declare function showSnapshot(card: HTMLElement, id: string): Promise<void>

function connect(page: Page): void {
  const source = new EventSource('/events')
  source.onmessage = (event) => {
    page.lastAtMs = Date.now()
    show(page, JSON.parse(event.data))
    stale(page, false)
  }
  source.onerror = () => {
    stale(page, true)
    // A refusal (503: too many readers) ends the source for good; a lost connection does not.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(page), 5_000)
  }
}

function stale({ lastAtMs }: Page, isLost: boolean): void {
  document.body.classList.toggle('stale', isLost)
  const since = lastAtMs === 0 ? '' : ` This is the state of ${new Date(lastAtMs).toLocaleTimeString()}.`
  setText(byId('lost'), isLost ? `No connection to the unit.${since}` : '')
  byId('lost').hidden = !isLost
}

function show(page: Page, board: BoardSnapshot): void {
  const { unit, version, broker, cameras, webhooks } = board
  document.title = `${cameras.some((c) => c.incidentOpen) ? '⚠ ' : ''}${unit} · framewarden`
  setText(byId('unit'), unit)
  setText(byId('about'), `framewarden ${version}, up ${ago(board.startedAtMs)}`)
  const looks = { off: 'quiet', online: 'good', connecting: 'warn', offline: 'bad' }[broker.state]
  setPill(byId('broker'), looks, broker.state === 'off' ? 'no broker' : `broker ${broker.state}`)
  byId('broker').title = broker.error ?? ''
  const failing = webhooks.filter((webhook) => webhook.failing !== undefined)
  const waiting = broker.pending + webhooks.reduce((sum, { pending }) => sum + pending, 0)
  setPill(byId('pending'), waiting > 0 ? 'warn' : 'quiet', `${count(waiting)} alerts waiting`)
  byId('pending').title = failing.map(({ to, failing: why }) => `${to}: ${why}`).join('; ')
  summarise(board)
  for (const id of page.cards.keys()) if (!cameras.some((camera) => camera.id === id)) forget(page, id)
  for (const camera of cameras) showCamera(page, camera, board.actions)
  showGuards(board)
  showDiagnostics(board)
  followHistory(page.history, board)
}

function showGuards({ guards }: BoardSnapshot): void {
  setRows(
    'guards',
    guards.map((g) => [
      `guard ${g.index}`,
      g.cause ? `${g.state}: ${g.cause.code}, ${g.cause.text}` : g.state,
      g.provider ?? '–',
      g.model ? `${g.model.name} ${g.model.version}` : '–',
      String(g.pid ?? '–'),
      `${Math.round(g.rssBytes / 1_048_576)} MiB`,
      count(g.restarts),
    ]),
  )
}

/** A cause each: how often, from when to when, and what to do. */
function showDiagnostics({ diagnostics }: BoardSnapshot): void {
  const list = byId('diagnostics')
  while (list.children.length > diagnostics.length) list.lastElementChild!.remove()
  diagnostics.forEach((d, i) => {
    diagnosticItem(list.children[i] ?? list.appendChild(clone('diagnostic').querySelector('li')!), d)
  })
  byId('no-diagnostics').hidden = diagnostics.length > 0
}

function diagnosticItem(item: Element, d: BoardSnapshot['diagnostics'][number]): void {
  const part = (name: string) => item.querySelector(`.${name}`)!
  setText(part('code'), d.code)
  setText(part('subject'), d.subject)
  setText(part('what'), d.text)
  setText(part('remedy'), d.remedy)
  const time = (ms: number) => new Date(ms).toLocaleString()
  const span = d.count > 1 ? `${count(d.count)} times, first ${time(d.firstAtMs)}, last ${time(d.atMs)}` : time(d.atMs)
  setText(part('times'), span)
}

function summarise(board: BoardSnapshot): void {
  const [looks, text] = summaryOf(board)
  const summary = byId('summary')
  // Set only when it changes: a screen reader speaks it each time.
  if (summary.textContent === text) return
  summary.className = looks
  summary.replaceChildren(text)
}

/** Is anything wrong, where, what to do; since when stands at the camera: a sentence that changes is spoken each time. */
function summaryOf({ cameras, diagnostics, broker, leftOut }: BoardSnapshot): readonly [looks: string, text: string] {
  const names = (list: readonly CameraFacts[]) => list.map((camera) => camera.id).join(', ')
  const since = ({ sinceMs }: CameraFacts) => new Date(sinceMs).toLocaleString()
  const open = cameras.filter((camera) => camera.incidentOpen)
  const paused = cameras.filter(({ cause }) => cause?.code === 'FW_CAMERA_PAUSED')
  const blind = cameras.filter((camera) => !camera.scored && !paused.includes(camera))
  const parts = [
    open.length > 0 ? `Incident on ${names(open)}. Look at the pictures below and at the camera itself.` : '',
    blind.length > 0
      ? `Not guarded: ${blind.map((c) => `${c.id} since ${since(c)}`).join(', ')}. ${toDo(blind[0]!, diagnostics)}`
      : '',
    leftOut.length > 0
      ? `Not guarded, for mistakes in the configuration: ${leftOut.join('; ')}. Mend the file and reload.`
      : '',
    paused.length > 0 ? `Paused: ${names(paused)}.` : '',
    broker.state === 'offline'
      ? `The broker is away since ${new Date(broker.sinceMs).toLocaleString()}; alerts wait on disk.`
      : '',
  ].filter((part) => part !== '')
  if (open.length > 0) return ['bad', parts.join(' ')]
  if (parts.length > 0) return ['warn', parts.join(' ')]
  return [
    'good',
    cameras.length === 1
      ? 'The camera is guarded, no incident.'
      : `All ${cameras.length} cameras are guarded, no incident.`,
  ]
}

function toDo({ cause }: CameraFacts, diagnostics: BoardSnapshot['diagnostics']): string {
  return diagnostics.find(({ code }) => code === cause?.code)?.remedy ?? ''
}

function showCamera({ cards, scores }: Page, camera: CameraFacts, actions: boolean): void {
  const card = cards.get(camera.id) ?? createCard(camera.id)
  cards.set(camera.id, card)
  const [looks, word] = STATES[camera.state] ?? ['quiet', camera.state]
  setPill(card.state, looks, camera.scored ? word : `${word} for ${ago(camera.sinceMs)}`)
  card.state.title = `since ${new Date(camera.sinceMs).toLocaleString()}`
  card.root.classList.toggle('alarm', camera.incidentOpen)
  card.incident.hidden = !camera.incidentOpen
  card.cause.hidden = camera.cause === undefined || camera.state === 'guarding'
  setText(card.causeCode, camera.cause?.code ?? '')
  setText(card.causeText, camera.cause ? ` ${camera.cause.text}` : '')
  setText(card.baseline, baselineWords(camera))
  card.drill.hidden = !actions
  card.drill.disabled = card.drilling || !camera.scored || camera.incidentOpen
  const history = [...(scores.get(camera.id) ?? []), camera.scored ? camera.score : undefined].slice(-HISTORY)
  scores.set(camera.id, history)
  drawScores(card, history)
  const values = [
    `${camera.fps.toFixed(1)} /s`,
    count(camera.frames),
    count(camera.flagged),
    latency(camera),
    count(camera.unscored),
    count(camera.dropped),
  ]
  values.forEach((value, i) => {
    setText(card.values[i]!, value)
  })
}

/** What its frames are judged against. */
function baselineWords({ baseline }: CameraFacts): string {
  if (!baseline) return ''
  const minutes = Math.floor(baseline.learnedMs / 60_000)
  if (baseline.stage === 'own') return `Judged by its own past, flagged from ${signed(baseline.margin)} over its level`
  const learning = `learning, ${Math.min(minutes, LEARNING_MINUTES)} of ${LEARNING_MINUTES} min`
  return baseline.stage === 'bundle'
    ? `No past of its own yet (${learning})`
    : `Judged by its last minutes (${learning})`
}

function createCard(id: string) {
  const card = clone('card')
  const root = card.querySelector('article')!
  const part = (name: string) => root.querySelector<HTMLElement>(`.${name}`)!
  root.id = `camera-${id}`
  setText(part('name'), id)
  byId('cameras').append(card)
  root.querySelector<HTMLButtonElement>('.look')!.onclick = () => void showSnapshot(root, id)
  const own = {
    root,
    state: part('state'),
    incident: part('incident'),
    cause: part('cause'),
    causeCode: part('cause code'),
    causeText: part('cause span'),
    score: part('number'),
    plot: root.querySelector('svg')!,
    baseline: part('baseline'),
    drill: root.querySelector<HTMLButtonElement>('.drill')!,
    drilling: false,
    values: [...root.querySelectorAll('dd')],
  }
  own.drill.onclick = () => void drillFrom(own, id)
  return own
}

/** The camera's test button: ten seconds, then what came of it. */
async function drillFrom(
  card: { drill: HTMLButtonElement; drilling: boolean; root: HTMLElement },
  id: string,
): Promise<void> {
  const said = card.root.querySelector('.snapshot-words')!
  card.drilling = true
  card.drill.disabled = true
  setText(said, 'Drill: perturbed copies of its frames are judged for 10 s.')
  const { ok, message, found } = await askFor('drill', { camera: id })
  card.drilling = false
  setText(said, ok ? `Drill: ${found ? 'found, and the alert went its way' : 'NOT found'}.` : String(message))
}

function forget({ cards, scores }: Page, id: string): void {
  cards.get(id)?.root.remove()
  cards.delete(id)
  scores.delete(id)
}

function drawScores(card: Card, history: readonly (number | undefined)[]): void {
  const known = history.filter((score) => score !== undefined)
  const last = history.at(-1)
  setText(card.score, last === undefined ? '–' : signed(last))
  const low = Math.min(-6, ...known)
  const high = Math.max(6, ...known)
  const y = (score: number) => (2 + ((high - score) / (high - low)) * 52).toFixed(1)
  const x = (i: number) => (((i + HISTORY - history.length) / (HISTORY - 1)) * 240).toFixed(1)
  let line = ''
  history.forEach((score, i) => {
    if (score !== undefined) line += `${history[i - 1] === undefined ? 'M' : 'L'}${x(i)} ${y(score)}`
  })
  card.plot.querySelector('.score')!.setAttribute('d', line)
  card.plot.querySelector('.zero')!.setAttribute('d', `M0 ${y(0)}H240`)
  const words =
    known.length === 0
      ? 'no score yet'
      : `score over the last ${history.length} s: least ${signed(Math.min(...known))}, most ${signed(Math.max(...known))}`
  card.plot.setAttribute('aria-label', words)
}

function setRows(id: string, rows: readonly (readonly string[])[]): void {
  const body = byId(id)
  while (body.children.length > rows.length) body.lastElementChild!.remove()
  rows.forEach((cells, i) => {
    const row = body.children[i] ?? body.appendChild(document.createElement('tr'))
    cells.forEach((text, j) => {
      const cell = row.children[j] ?? row.appendChild(document.createElement('td'))
      cell.className = text.length > 30 ? 'text' : ''
      cell.setAttribute('data-label', body.parentElement!.querySelectorAll('th')[j]!.textContent!)
      setText(cell, text)
    })
  })
}

function setPill(pill: Element, looks: string, word: string): void {
  pill.className = `pill ${looks} ${pill.classList.contains('state') ? 'state' : ''}`
  setText(pill, word)
}

function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

function byId(id: string): HTMLElement {
  return document.getElementById(id)!
}

function clone(id: string): DocumentFragment {
  return (byId(id) as HTMLTemplateElement).content.cloneNode(true) as DocumentFragment
}

function count(n: number): string {
  return n.toLocaleString('en')
}

function signed(score: number): string {
  return `${score > 0 ? '+' : score < 0 ? '−' : ''}${Math.abs(score).toFixed(1)}`
}

function latency({ latencyP50Ms, latencyP99Ms }: CameraFacts): string {
  if (latencyP50Ms === undefined || latencyP99Ms === undefined) return '–'
  return `${Math.round(latencyP50Ms)} / ${Math.round(latencyP99Ms)} ms`
}

function ago(sinceMs: number): string {
  const s = Math.max(0, Math.round((Date.now() - sinceMs) / 1_000))
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} min`
  return s < 86_400
    ? `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`
    : `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`
}
