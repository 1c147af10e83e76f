/** An MQTT message in one short line for a person. Pure. */
import { printable } from '../core/printable.js'

/** `text` says what matters of `payload`; `alarm` for what a person should see first. */
export interface MessageLine {
  readonly topic: string
  readonly text: string
  readonly alarm?: 'raised' | 'updated' | 'cleared'
}

type Payload = Readonly<Record<string, unknown>>

/** `prefix`: what all topics begin with, taken away. A payload that is no JSON object stands as it is. */
export function messageLine(prefix: string, topic: string, payload: string): MessageLine {
  const short = topic.startsWith(`${prefix}/`) ? topic.slice(prefix.length + 1) : topic
  const value = parsed(payload)
  if (!value) return { topic: short, text: payload === '' ? '(emptied)' : printable(payload) }
  const kind = short.split('/').at(-1) ?? ''
  const text = printable((TEXTS[kind] ?? JSON.stringify)(value))
  const { phase } = value
  const alarm = kind === 'alert' && (phase === 'raised' || phase === 'updated' || phase === 'cleared')
  return alarm ? { topic: short, text, alarm: phase } : { topic: short, text }
}

const TEXTS: Readonly<Record<string, (value: Payload) => string>> = {
  alert: (a) =>
    [
      String(a.phase).toUpperCase(),
      a.kind,
      typeof a.level === 'number' ? `level ${(a.level * 255).toFixed(1)}/255` : 'level unknown',
      `score ${a.score}`,
      `alert ${a.seq}`,
      `incident ${String(a.incident).slice(-6)}`,
      ...(a.replayed === true ? ['replayed'] : []),
    ].join(', '),
  state: (s) => (s.camera === undefined ? unitText(s) : cameraText(s)),
  stats: (s) => `${s.frames} frames, ${s.flagged} flagged, ${s.dropped} dropped, ${s.fps} a second`,
  diagnostic: (d) => `${d.code}: ${d.subject}: ${d.text}`,
}

function cameraText({ state, scored, incident_open, cause }: Payload): string {
  const why = (cause as { code?: string } | null)?.code
  const parts = [
    state,
    scored === true ? 'judged' : 'not judged',
    incident_open === true ? 'incident open' : 'no incident',
  ]
  return [...parts, ...(why ? [why] : [])].join(', ')
}

function unitText({ version, provider, mode, guards, cameras, model }: Payload): string {
  const name = model as { name?: string; version?: string } | null
  const counts = Object.entries((cameras ?? {}) as Record<string, number>).map(([state, n]) => `${n} ${state}`)
  return [
    `framewarden ${version}`,
    ...(name ? [`model ${name.name} ${name.version} on ${provider}, ${mode}`] : ['no model yet']),
    `${guards} guard${guards === 1 ? '' : 's'}`,
    `cameras: ${counts.join(', ') || 'none'}`,
  ].join(', ')
}

function parsed(payload: string): Payload | undefined {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : undefined
  } catch {
    return undefined
  }
}
