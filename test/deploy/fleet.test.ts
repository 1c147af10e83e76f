/** What many units are run with speaks of things that there are. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createMetrics } from '../../src/status/metrics.js'
import { board, camera } from '../status/board.js'

const FOLDER = resolve(import.meta.dirname, '../../deploy/fleet')

test('every metric in the dashboard is one that a unit has', async () => {
  const { panels } = JSON.parse(readFileSync(join(FOLDER, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[]
  }
  const text = await createMetrics(() => board({ cameras: [camera('north')] })).text()
  const known = new Set([...text.matchAll(/^(framewarden_\w+)/gm)].map(([, name]) => name))
  const asked = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/framewarden_\w+/g) ?? []))
  expect(asked.length).toBeGreaterThan(8)
  expect(asked.filter((name) => !known.has(name))).toEqual([])
})
