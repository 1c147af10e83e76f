/** What runs in the browser. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { BoardSnapshot } from './board.js'

/**
 * The page's whole program: reads `/events` and draws. Its source text is sent as it stands, so it may use nothing from
 * outside itself. All that comes from the unit goes in as text nodes.
 */
export function pageScript(): void {
  const HISTORY = 120
  const STATES: Record<string, readonly [looks: string, word: string]> = {
    guarding: ['good', 'guarding'],
    connecting: ['warn', 'connecting'],
    stalled: ['warn', 'stalled'],
    frozen: ['warn', 'picture frozen'],
    backoff: ['bad', 'not reached'],
    stopped: ['quiet', 'stopped'],
  }
  const scores = new Map<string, (number | undefined)[]>()
  const cards = new Map<string, ReturnType<typeof createCard>>()
  let lastAtMs = 0
  connect()

  function connect(): void {
    const source = new EventSource('/events')
    source.onmessage = (event) => {
      lastAtMs = Date.now()
      show(JSON.parse(event.data))
      stale(false)
    }
    source.onerror = () => {
      stale(true)
      // A refusal (503: too many readers) ends the source for good; a lost connection does not.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5_000)
    }
  }

  function stale(isLost: boolean): void {
    document.body.classList.toggle('stale', isLost)
    const since = lastAtMs === 0 ? '' : ` This is the state of ${new Date(lastAtMs).toLocaleTimeString()}.`
    setText(byId('lost'), isLost ? `No connection to the unit.${since}` : '')
    byId('lost').hidden = !isLost
  }

  function show(board: BoardSnapshot): void {
    document.title = `${board.cameras.some((c) => c.incidentOpen) ? '⚠ ' : ''}${board.unit} · framewarden`
    setText(byId('unit'), board.unit)
    setText(byId('about'), `framewarden ${board.version}, up ${ago(board.startedAtMs)}`)
    const { broker } = board
    const looks = { off: 'quiet', online: 'good', connecting: 'warn', offline: 'bad' }[broker.state]
    setPill(byId('broker'), looks, broker.state === 'off' ? 'no broker' : `broker ${broker.state}`)
    byId('broker').title = broker.error ?? ''
    setPill(byId('pending'), broker.pending > 0 ? 'warn' : 'quiet', `${count(broker.pending)} alerts waiting`)
    summarise(board)
    for (const [id, card] of cards) if (!board.cameras.some((camera) => camera.id === id)) forget(id, card)
    for (const camera of board.cameras) showCamera(camera)
    setRows(
      'guards',
      board.guards.map((g) => [
        `guard ${g.index}`,
        g.state,
        g.provider ?? '–',
        g.model ? `${g.model.name} ${g.model.version}` : '–',
        String(g.pid ?? '–'),
        `${Math.round(g.rssBytes / 1_048_576)} MiB`,
        count(g.restarts),
      ]),
    )
    setRows(
      'diagnostics',
      board.diagnostics.map((d) => [
        new Date(d.atMs).toLocaleTimeString(),
        d.code,
        d.subject,
        d.text,
        d.count > 1 ? `× ${count(d.count)}` : '',
      ]),
    )
    byId('no-diagnostics').hidden = board.diagnostics.length > 0
  }

  function summarise({ cameras }: BoardSnapshot): void {
    const open = cameras.filter((camera) => camera.incidentOpen)
    const blind = cameras.filter((camera) => !camera.scored)
    const summary = byId('summary')
    const looks = open.length > 0 ? 'bad' : blind.length > 0 ? 'warn' : 'good'
    const names = (list: readonly CameraFacts[]) => list.map((camera) => camera.id).join(', ')
    const text =
      open.length > 0
        ? `Incident on ${names(open)}${blind.length > 0 ? `; not guarded: ${names(blind)}` : ''}`
        : blind.length > 0
          ? `Not guarded: ${names(blind)}`
          : `All ${cameras.length} cameras guarded, no incident`
    // Set only when it changes: a screen reader speaks it each time.
    if (summary.textContent === text) return
    summary.className = looks
    summary.replaceChildren(text)
  }

  function showCamera(camera: CameraFacts): void {
    const card = cards.get(camera.id) ?? createCard(camera.id)
    cards.set(camera.id, card)
    const [looks, word] = STATES[camera.state] ?? ['quiet', camera.state]
    setPill(card.state, looks, word)
    card.state.title = `for ${ago(camera.sinceMs)}`
    card.root.classList.toggle('alarm', camera.incidentOpen)
    card.incident.hidden = !camera.incidentOpen
    card.cause.hidden = camera.cause === undefined || camera.state === 'guarding'
    setText(card.causeCode, camera.cause?.code ?? '')
    setText(card.causeText, camera.cause ? ` ${camera.cause.text}` : '')
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

  function createCard(id: string) {
    const card = clone('card')
    const root = card.querySelector('article')!
    const part = (name: string) => root.querySelector<HTMLElement>(`.${name}`)!
    root.id = `camera-${id}`
    setText(part('name'), id)
    byId('cameras').append(card)
    return {
      root,
      state: part('state'),
      incident: part('incident'),
      cause: part('cause'),
      causeCode: part('cause code'),
      causeText: part('cause span'),
      score: part('number'),
      plot: root.querySelector('svg')!,
      values: [...root.querySelectorAll('dd')],
    }
  }

  function forget(id: string, card: ReturnType<typeof createCard>): void {
    card.root.remove()
    cards.delete(id)
    scores.delete(id)
  }

  function drawScores(card: ReturnType<typeof createCard>, history: readonly (number | undefined)[]): void {
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
}
