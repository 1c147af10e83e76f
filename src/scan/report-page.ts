/** The page of `scan merge --html`: what was found, with pictures, and each source over time. No script, nothing from elsewhere. */
import { dirname, join, relative, resolve } from 'node:path'
import { printable } from '../core/printable.js'
import type { IncidentLine } from './lines.js'
import type { Merged, TotalLine } from './merge.js'
import type { KeptResult } from './result-file.js'
import { timelineSvg } from './timeline-svg.js'

const LOOKS = `body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:960px;padding:0 1rem;color:#1b2126;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0 .3rem;overflow-wrap:anywhere}p{margin:.3rem 0}
.bad{color:#a11}.quiet{color:#5b6670}svg{width:100%;height:auto;display:block}
figure{display:inline-block;margin:.4rem .6rem .4rem 0;width:30%}figure img{width:100%}figcaption{color:#5b6670}
details{margin-top:1.6rem}`

/** The document; it will stand at `file`, from where it points to the pictures. */
export function reportPage({ results, total, damaged }: Merged, file: string): string {
  const loud = results.filter(({ incidents, error }) => incidents.length > 0 || error)
  const quiet = results.filter((result) => !loud.includes(result))
  const part = (result: KeptResult) => sourcePart(result, file)
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>framewarden: ${total.incidents} incidents in ${total.sources} sources</title><style>${LOOKS}</style></head><body>`,
    `<h1>${total.incidents} incidents in ${total.sources} sources</h1>`,
    `<p>${(total.duration_s / 3600).toFixed(2)} h of video, ${total.frames} frames, ${total.flagged} flagged, ${total.unscored} unscored.</p>`,
    ...missingPart(total),
    ...damaged.map((error) => `<p class="bad">${escaped(error.message)}</p>`),
    ...loud.map(part),
    ...(quiet.length > 0
      ? [
          `<details${loud.length > 0 ? '' : ' open'}><summary>${quiet.length} sources in which nothing was found</summary>`,
        ]
      : []),
    ...quiet.map(part),
    ...(quiet.length > 0 ? ['</details>'] : []),
    '</body></html>\n',
  ].join('\n')
}

function missingPart({ shards, failed }: TotalLine): string[] {
  const text: string[] = []
  if (shards && shards.missing.length > 0)
    text.push(`Not through: ${shards.missing.map((i) => `shard ${i}/${shards.of}`).join(', ')}.`)
  if (failed > 0) text.push(`${failed} sources could not be judged whole.`)
  return text.map((line) => `<p class="bad">${line}</p>`)
}

function sourcePart(result: KeptResult, file: string): string {
  const { head, incidents, timeline, error, summary } = result
  const lines = [`<section><h2>${escaped(head.source)}</h2>`]
  if (error) lines.push(`<p class="bad">${escaped(`${error.code}: ${error.message}`)}</p>`)
  if (summary) {
    const { frames, duration_s, flagged, score, baseline } = summary
    const scores = score ? `; score ${score.p50} (median) to ${score.max}` : ''
    lines.push(
      `<p class="quiet">${duration_s.toFixed(1)} s, ${frames} frames, ${flagged} flagged${scores}; judged by ${baseline}</p>`,
    )
  }
  if (timeline && timeline.max.length > 1) lines.push(timelineSvg(timeline, incidents))
  for (const incident of incidents) lines.push(incidentPart(incident, result.path, file))
  return [...lines, '</section>'].join('\n')
}

function incidentPart({ phase, t, kind, level, score, pictures }: IncidentLine, resultFile: string, file: string) {
  const strength = level === null ? '' : `, level ${(level * 255).toFixed(1)}/255`
  const text = `<p>${clock(t)} ${phase}: ${kind}${strength}, score ${score.toFixed(1)}</p>`
  const shown = (['before', 'after', 'difference'] as const).flatMap((part) => {
    const path = pictures?.[part]
    return path ? [figure(link(path, resultFile, file), `${clock(t)}, ${part}`)] : []
  })
  return [text, ...shown].join('\n')
}

function figure(source: string, caption: string): string {
  return `<figure><img loading="lazy" src="${escaped(source)}" alt="${caption}"><figcaption>${caption}</figcaption></figure>`
}

/** From the page to a picture that a result names relative to its own folder. */
function link(picture: string, resultFile: string, file: string): string {
  const path = relative(dirname(resolve(file)), join(dirname(resolve(resultFile)), picture))
  return path.split('/').map(encodeURIComponent).join('/')
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}
