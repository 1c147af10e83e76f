import { expect, test } from 'vitest'
import { startTimeline } from '../../src/scan/timeline.js'
import { timelineSvg } from '../../src/scan/timeline-svg.js'

const frame = (t: number, score: number | null, flagged = false) =>
  ({ type: 'frame', source: 's', frame: 0, t, score, flagged }) as const

test('keeps the highest score and the flagged frames of each half second; what nobody judged is a gap', () => {
  const timeline = startTimeline()
  for (const each of [frame(0, -2), frame(0.4, 3.456, true), frame(1.6, null), frame(2.1, 1)]) timeline.add(each)
  expect(timeline.line('s')).toEqual({
    ...{ type: 'timeline', source: 's', step_s: 0.5 },
    ...{ max: [3.46, null, null, null, 1], flagged: [1, 0, 0, 0, 0] },
  })
})

test('a day takes no more room than five minutes, and loses neither its peak nor a flagged frame', () => {
  const timeline = startTimeline()
  for (let t = 0; t < 86_400; t++) timeline.add(frame(t, t === 40_000 ? 9 : -1, t % 1000 === 0))
  const { step_s, max, flagged } = timeline.line('s')
  expect(max.length).toBeLessThanOrEqual(600)
  expect(max.length * step_s).toBeGreaterThanOrEqual(86_400)
  expect(max[Math.floor(40_000 / step_s)]).toBe(9)
  expect(flagged.reduce((a, b) => a + b, 0)).toBe(87)
})

test('its picture shades from `since` to `cleared`, and breaks its line where nothing was judged', () => {
  const incident = { type: 'incident', source: 's', kind: 'noise', level: null, score: 1, box: null } as const
  const svg = timelineSvg(
    { type: 'timeline', source: 's', step_s: 1, max: [0, 5, null, 1, 2], flagged: [0, 2, 0, 0, 0] },
    [
      { ...incident, phase: 'raised', t: 2, since: 1 },
      { ...incident, phase: 'cleared', t: 4, since: 1 },
    ],
  )
  expect(svg).toContain('<path d="M180.0 0H720.0V70H180.0z"')
  expect(svg.match(/<polyline/g)).toHaveLength(2)
  expect(svg).toContain('points="90.0,66.0 270.0,4.0"')
})
