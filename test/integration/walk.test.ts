/**
 * The walk of an alert by a stranger: message, link, pictures, the camera's day, acknowledged; the same incident everywhere. Real
 * partners: a street camera under attack, Mosquitto, a webhook's receiver, Debian's Chromium.
 */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { alertSchema, incidentSchema } from '../../src/delivery/alert-schema.js'
import { startCameraChild } from '../../src/demo/camera-child.js'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { freePort, metric, startDaemon, TOKEN } from '../fixtures/daemon.js'
import { command } from '../fixtures/tiny-unit.js'
import { startMosquitto } from './mosquitto-broker.js'

/** Loaded where it is used: all other tests do without. */
const load = createRequire(import.meta.url)
const CHROMIUM = '/usr/bin/chromium'

async function browser() {
  const { chromium } = load('playwright-core')
  const started = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  onTestFinished(() => started.close())
  return started
}

/** What a webhook's receiver got. */
async function receiver() {
  const got: { headers: Record<string, unknown>; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ headers: request.headers, body })
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await until(() => server.listening, 'the receiver')
  onTestFinished(() => void server.close())
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

/** Topics of a broker with the last payload of each. */
async function watchBroker(url: string) {
  const client = connect(url)
  onTestFinished(() => void client.end(true))
  const seen: { topic: string; payload: string }[] = []
  client.on('message', (topic, payload) => seen.push({ topic, payload: payload.toString() }))
  await client.subscribeAsync('#', { qos: 1 })
  return (topic: string) => seen.filter((one) => one.topic === topic).map(({ payload }) => payload)
}

test('a stranger gets the message, sees what happened, and says so; the same incident is everywhere', {
  timeout: 400_000,
}, async () => {
  // WALK_PICTURES=docs draws those of the README anew
  const pictures = process.env.WALK_PICTURES ?? (await emptyFolder())
  const broker = await startMosquitto(() => ['allow_anonymous true'])
  onTestFinished(broker.remove)
  const [hook, chromium, port, httpPort] = [await receiver(), await browser(), await freePort(), await freePort()]
  const url = `mqtt://127.0.0.1:${broker.port}`
  const payloads = await watchBroker(url)
  const origin = `http://127.0.0.1:${httpPort}`
  const daemon = await startDaemon({
    cameras: [`{ id: street, url: "rtsp://127.0.0.1:${port}/cam", listen: true, detection: { clear_after: 3s } }`],
    broker: false,
    extra: [
      `mqtt: { url: "${url}", images: true, home_assistant: { enabled: true } }`,
      `webhooks: [{ url: "${hook.url}", secret: { env: FRAMEWARDEN_TOKEN } }]`,
    ],
    httpPort,
    http: `, public_url: "${origin}", token: { env: FRAMEWARDEN_TOKEN }`,
  })
  const camera = startCameraChild({ port, epsilon255: 8, onPhase: () => {} })
  onTestFinished(() => camera.stop())
  const frames = () => metric(httpPort, 'frames_total{camera="street"}').catch(() => 0)
  await expect.poll(frames, { timeout: 90_000 }).toBeGreaterThan(60)
  camera.begin(20_000)

  // the phone gets the message, by MQTT and by webhook
  const alerts = () =>
    payloads('framewarden/test/camera/street/alert').map((text) => alertSchema.parse(JSON.parse(text)))
  await until(() => alerts().length > 0, 'raised', 60_000)
  const raised = alerts()[0]!
  await until(() => hook.got.length > 0, 'the webhook', 20_000)
  expect(JSON.parse(hook.got[0]!.body)).toMatchObject({ id: raised.id, incident: raised.incident, text: raised.text })
  expect(hook.got[0]!.headers['webhook-signature']).toMatch(/^v1,/)
  const link = raised.evidence.url!
  expect(link).toBe(`${origin}/incidents/${raised.incident}`)

  // taps the link, and shows the token once
  const phone = await chromium.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'light' })
  const page = await phone.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error: Error) => complaints.push(error.message))
  await page.goto(link)
  await page.getByLabel('Token of this unit').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('This is not the token.').waitFor()
  await page.getByLabel('Token of this unit').fill(TOKEN)
  await page.keyboard.press('Enter')

  // sees sentence and strip, first of all, and the camera's day
  const card = page.locator('#incidents article').first()
  await card.locator('.text').filter({ hasText: 'Camera street' }).waitFor({ timeout: 60_000 })
  expect(await card.getAttribute('class')).toContain('wanted')
  const strip = card.locator('img.strip')
  await expect.poll(() => strip.evaluate((img: HTMLImageElement) => img.naturalWidth), { timeout: 30_000 }).toBe(960)
  await expect
    .poll(() => page.locator('#camera-street .day').getAttribute('aria-label'))
    .toContain('Last hour: guarded')
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
  expect(await wide()).toBeLessThanOrEqual(390)
  await page.screenshot({ path: join(pictures, 'walk-1-phone.jpg'), quality: 80, type: 'jpeg' })

  // says so, by keyboard; it is known everywhere
  await card.getByRole('button', { name: 'I have seen it' }).focus()
  await page.keyboard.press('Enter')
  await card.locator('.seen').filter({ hasText: '(page)' }).waitFor()
  const listed = await command(daemon, 'incidents', '--json')
  expect(incidentSchema.parse(JSON.parse(listed.stdout.split('\n')[0]!))).toMatchObject({
    id: raised.incident,
    acknowledged: { by: 'page' },
  })
  const states = () => payloads('framewarden/test/camera/street/state').map((text) => JSON.parse(text))
  expect(states().some(({ incident, incident_open }) => incident_open && incident.id === raised.incident)).toBe(true)
  const tamper = payloads('homeassistant/binary_sensor/framewarden_test_street/tamper/config')
  expect(JSON.parse(tamper[0]!)).toMatchObject({ state_topic: 'framewarden/test/camera/street/state' })
  await page.screenshot({ path: join(pictures, 'walk-2-seen.jpg'), quality: 80, type: 'jpeg' })

  // looks at the camera, and waits for its end
  await until(() => alerts().some(({ phase }) => phase === 'cleared'), 'cleared', 90_000)
  const street = page.locator('#camera-street')
  await street.getByRole('button', { name: 'Show picture' }).click()
  const snapshot = street.locator('img.snapshot')
  await expect.poll(() => snapshot.evaluate((img: HTMLImageElement) => img.naturalWidth), { timeout: 30_000 }).toBe(640)
  await street.locator('.baseline').filter({ hasText: 'learning' }).waitFor()
  await street.screenshot({ path: join(pictures, 'walk-3-camera.jpg'), quality: 80, type: 'jpeg' })
  expect(await wide()).toBeLessThanOrEqual(390)

  // tries the alarm itself: the camera's test button, from the page to the broker and back
  await expect.poll(() => street.getByRole('button', { name: 'Drill' }).isEnabled(), { timeout: 30_000 }).toBe(true)
  await street.getByRole('button', { name: 'Drill' }).click()
  await street.getByText('Drill: found, and the alert went its way.').waitFor({ timeout: 60_000 })
  const drilled = await until(() => alerts().find(({ drill }) => drill), 'the alert of the drill')
  const drill = page.locator(`#incident-${drilled.incident}`)
  await drill.locator('.pill').filter({ hasText: 'drill, ' }).waitFor({ timeout: 60_000 })
  await drill.getByRole('button', { name: 'I have seen it' }).click()
  await drill.locator('.seen').filter({ hasText: '(page)' }).waitFor()

  // the whole page at a desk, dark
  const desk = await chromium.newContext({
    ...{ viewport: { width: 1280, height: 900 }, colorScheme: 'dark', storageState: await phone.storageState() },
  })
  const whole = await desk.newPage()
  await whole.goto(origin)
  await whole.getByText('The camera is guarded, no incident.').waitFor({ timeout: 60_000 })
  await whole.locator('#incidents img.strip').first().waitFor()
  await expect.poll(() => whole.locator('#camera-street .day').getAttribute('aria-label')).toContain('1 incident')
  await whole.screenshot({ path: join(pictures, 'walk-4-desk.jpg'), quality: 80, type: 'jpeg', fullPage: true })

  // a unit that goes is said
  expect(await daemon.stop()).toBe(0)
  await page.getByText('No connection to the unit.').waitFor({ timeout: 30_000 })
  expect(complaints).toEqual([])
})
