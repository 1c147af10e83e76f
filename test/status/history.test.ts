/** The history over HTTP: what an alert's link shows, to whom, and nothing else of the disk. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chosenIncidents, entered, NO_HISTORY } from '../../src/core/incident-history.js'
import { type StatusOptions, startStatus } from '../../src/status/http.js'
import { emptyFolder, keptAlert } from '../fixtures/alerts.js'
import { camera } from './board.js'
import { statusOptions } from './options.js'

const history = entered(NO_HISTORY, { type: 'alert', alert: keptAlert(1) })
const [incident] = chosenIncidents(history)

async function serve(change: Partial<StatusOptions> = {}): Promise<string> {
  const stop = new AbortController()
  const shown = { incidents: () => [incident!], incident: (id: string) => history.incidents.get(id) }
  const status = await startStatus(statusOptions(stop.signal, { ...shown, ...change }))
  onTestFinished(status.close)
  return `http://${status.address}`
}

/** The path as it is, not as fetch would tidy it. */
function rawStatus(origin: string, path: string, headers = {}): Promise<number> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const asked = request({ host: hostname, port, path, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!))
    })
    asked.on('error', reject).end()
  })
}

test('/incidents and /incidents/<id> give JSON to a program and the page to a browser', async () => {
  const origin = await serve()
  expect(await (await fetch(`${origin}/incidents`)).json()).toEqual({ incidents: [incident] })
  expect(await (await fetch(`${origin}/incidents/${incident!.id}`)).json()).toEqual(incident)
  expect((await fetch(`${origin}/incidents/none`)).status).toBe(404)
  const browser = { headers: { accept: 'text/html,*/*' } }
  for (const path of ['/incidents', `/incidents/${incident!.id}`]) {
    const page = await fetch(origin + path, browser)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  }
})

test('/evidence gives the pictures of alerts and no other file, whatever the path', async () => {
  const stateDir = await emptyFolder()
  const folder = join(stateDir, 'evidence', 'gate', '2026-11-22')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a-strip.jpg'), 'picture')
  await writeFile(join(folder, 'a.txt'), 'secret')
  await writeFile(join(stateDir, 'secret.jpg'), 'secret')
  await symlink(join(stateDir, 'secret.jpg'), join(folder, 'link.jpg'))
  await mkdir(join(stateDir, 'elsewhere', '2026-11-22'), { recursive: true })
  await writeFile(join(stateDir, 'elsewhere', '2026-11-22', 'a.jpg'), 'secret')
  await symlink(join(stateDir, 'elsewhere'), join(stateDir, 'evidence', 'linked'))
  const origin = await serve({ stateDir })
  const picture = await fetch(`${origin}/evidence/gate/2026-11-22/a-strip.jpg`)
  expect([picture.status, picture.headers.get('content-type'), await picture.text()]).toEqual([
    200,
    'image/jpeg',
    'picture',
  ])
  for (const path of [
    'gate/2026-11-22/a.txt',
    'gate/2026-11-22/link.jpg',
    'linked/2026-11-22/a.jpg',
    'gate/2026-11-22/gone.jpg',
    'gate/2026-11-22/',
    'gate/2026-11-22/../../../secret.jpg',
    '../secret.jpg',
    'gate/2026-11-22/..%2f..%2f..%2fsecret.jpg',
    '%2e%2e/secret.jpg',
    'gate/2026-11-22/a-strip.jpg%00.jpg',
    '/etc/passwd',
    `gate/2026-11-22/${'a'.repeat(300)}.jpg`,
  ])
    expect([path, await rawStatus(origin, `/evidence/${path}`)]).toEqual([path, 404])
})

test('a snapshot is a JPEG of a camera that there is, or says why it is none', async () => {
  const pictures: Record<string, Buffer> = { north: Buffer.from('jpeg') }
  const origin = await serve({ picture: async (id) => pictures[id] })
  const snapshot = await fetch(`${origin}/cameras/north/snapshot.jpg`)
  expect([snapshot.headers.get('content-type'), await snapshot.text()]).toEqual(['image/jpeg', 'jpeg'])
  expect((await fetch(`${origin}/cameras/south/snapshot.jpg`)).status).toBe(503)
  expect((await fetch(`${origin}/cameras/none/snapshot.jpg`)).status).toBe(404)
  expect(await rawStatus(origin, '/cameras/../snapshot.jpg')).toBe(404)
})

test('with a token nothing but /healthz is told to who has not shown it, not even what there is', async () => {
  const origin = await serve({ access: { host: '127.0.0.1', token: 'swordfish' } })
  expect((await fetch(`${origin}/healthz`)).status).toBe(200)
  const paths = [
    '/',
    '/readyz',
    '/metrics',
    '/events',
    '/incidents',
    `/incidents/${incident!.id}`,
    '/session',
    '/nothing',
  ]
  for (const path of [...paths, '/evidence/gate/2026-11-22/a.jpg', '/cameras/north/snapshot.jpg']) {
    const closed = await fetch(origin + path)
    expect([path, closed.status, closed.headers.get('www-authenticate')]).toEqual([
      path,
      401,
      'Bearer realm="framewarden"',
    ])
    expect(await closed.text()).not.toContain('north')
  }
  const headers = { authorization: 'Bearer swordfish' }
  const session = await fetch(`${origin}/session`, { headers })
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!
  expect((await fetch(`${origin}/incidents`, { headers })).status).toBe(200)
  expect((await fetch(`${origin}/incidents`, { headers: { cookie } })).status).toBe(200)
  const login = await fetch(`${origin}/incidents/x`, { headers: { accept: 'text/html' } })
  expect([login.status, await login.text()]).toEqual([401, expect.stringContaining('Token of this unit')])
})

test('a request for another host is refused: a name may have been pointed here', async () => {
  const origin = await serve({
    snapshot: () => ({ ...statusOptions(AbortSignal.abort()).snapshot(), cameras: [camera('north')] }),
  })
  expect(await rawStatus(origin, '/incidents', { host: 'evil.example' })).toBe(421)
  expect(await rawStatus(origin, '/healthz', { host: 'evil.example' })).toBe(421)
  expect(await rawStatus(origin, '/incidents', { host: 'localhost:1' })).toBe(200)
})

test('the page may ask only with a token, and no other site may ask for it', async () => {
  const asked: string[] = []
  const request = async (verb: string, body: string) => {
    asked.push(`${verb} ${body}`)
    return '{"ok":true}'
  }
  const json = { 'content-type': 'application/json' }
  const post = (origin: string, headers: Record<string, string>, body = '{"camera":"north"}', verb = 'acknowledge') =>
    fetch(`${origin}/request/${verb}`, { method: 'POST', headers, body })
  const open = await serve({ request })
  expect((await post(open, json)).status).toBe(403)
  const origin = await serve({ request, access: { host: '127.0.0.1', token: 'swordfish' } })
  expect((await post(origin, json)).status).toBe(401)
  const authorization = 'Bearer swordfish'
  const session = await fetch(`${origin}/session`, { headers: { authorization } })
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!
  // what a form of another site could send
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    expect((await post(origin, { cookie, 'content-type': type })).status).toBe(415)
  expect((await post(origin, { ...json, cookie }, 'x'.repeat(17_000))).status).toBe(413)
  expect((await post(origin, { ...json, cookie }, '{}', 'reload')).status).toBe(404)
  expect((await fetch(`${origin}/request/drill`, { headers: { authorization } })).status).toBe(405)
  expect(asked).toEqual([])
  expect(await (await post(origin, { ...json, cookie })).json()).toEqual({ ok: true })
  expect(asked).toEqual(['acknowledge {"camera":"north"}'])
})

test('the day of a camera is served as rows', async () => {
  const day = [{ minute: 29_000_000, low: -2, high: -1, state: 'guarding' }] as const
  const origin = await serve({ timeline: (id) => (id === 'north' ? day : undefined) })
  expect(await (await fetch(`${origin}/cameras/north/timeline`)).json()).toMatchObject({
    camera: 'north',
    minutes: [[29_000_000, -2, -1, 1]],
  })
  expect((await fetch(`${origin}/cameras/none/timeline`)).status).toBe(404)
})
