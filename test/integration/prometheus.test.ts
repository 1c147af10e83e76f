/** Rules and dashboard in deploy/, by promtool and by a Prometheus that scrapes a unit. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { freePort, startDaemon, TOKEN } from '../fixtures/daemon.js'

const DEPLOY = resolve(import.meta.dirname, '../../deploy')
const RULES = join(DEPLOY, 'prometheus')

function promtool(...args: string[]): string {
  return execFileSync('promtool', args, { cwd: RULES, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Expressions of the dashboard, its variables filled in, and of the rules. */
function expressions(): string[] {
  const { panels } = JSON.parse(readFileSync(join(DEPLOY, 'grafana', 'framewarden.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[]
  }
  const ofPanels = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const rules = readFileSync(join(RULES, 'framewarden.rules.yml'), 'utf8')
  const ofRules = [...rules.matchAll(/^ +expr: (.+)$/gm)].map((match) => match[1]!)
  const filled = ofPanels.map((expr) =>
    expr.replace(/\$(?:instance|camera)/g, '.*').replaceAll('$__rate_interval', '1m'),
  )
  return [...filled, ...ofRules]
}

test('the rules are right, and alert when they should', () => {
  expect(promtool('check', 'rules', 'framewarden.rules.yml')).toContain('SUCCESS')
  expect(promtool('test', 'rules', 'framewarden.rules.test.yml')).toContain('SUCCESS')
})

test('a Prometheus with the token scrapes a unit, and every expression of rules and dashboard finds what it names', {
  timeout: 180_000,
}, async () => {
  const [httpPort, port, dir] = [await freePort(), await freePort(), await emptyFolder()]
  const daemon = await startDaemon({
    cameras: ['{ id: gate, url: "rtsp://127.0.0.1:9/cam" }'],
    extra: ['webhooks: [{ url: "http://127.0.0.1:9/hook" }]'],
    httpPort,
    http: ', token: { env: FRAMEWARDEN_TOKEN }',
  })
  await until(() => daemon.log().includes('guards 1 camera'), 'it has started', 30_000)
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(RULES, 'framewarden.rules.yml')],
    scrape_configs: [
      {
        job_name: 'framewarden',
        authorization: { credentials: TOKEN },
        static_configs: [{ targets: [`127.0.0.1:${httpPort}`] }],
      },
    ],
  }
  await writeFile(join(dir, 'prometheus.yml'), JSON.stringify(config))
  promtool('check', 'config', join(dir, 'prometheus.yml'))
  const args = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`]
  const prometheus = spawn('prometheus', [...args, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' })
  onTestFinished(() => void prometheus.kill('SIGKILL'))

  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`).catch(() => undefined)
    return answer && ((await answer.json()) as { status: string; data: { result: unknown[] } })
  }
  const query = (expr: string) => ask(`query?query=${encodeURIComponent(expr)}`)
  await expect.poll(async () => (await query('up == 1'))?.data?.result.length, { timeout: 60_000 }).toBe(1)
  const names = new Set<string>()
  for (const expr of expressions()) {
    expect([expr, (await query(expr))?.status]).toEqual([expr, 'success'])
    for (const [name] of expr.matchAll(/\b(?:framewarden|process)_\w+/g)) names.add(name)
  }
  // undefined until a frame is judged: this camera is away
  for (const name of ['framewarden_score', 'framewarden_latency_seconds']) names.delete(name)
  expect(names.size).toBeGreaterThan(14)
  const missing = []
  for (const name of names) if ((await query(name))!.data.result.length === 0) missing.push(name)
  expect(missing).toEqual([])
  const rules = async () => {
    const { data } = await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json()
    const groups = data.groups as { rules: { name: string; state: string; health: string }[] }[]
    return groups.flatMap((group) => group.rules)
  }
  // the camera cannot be reached: in two minutes somebody is told
  const away = async () => (await rules()).find(({ name }) => name === 'FramewardenCameraNotGuarded')!.state
  await expect.poll(away, { timeout: 30_000 }).toBe('pending')
  expect((await rules()).filter(({ health }) => health === 'err')).toEqual([])
})
