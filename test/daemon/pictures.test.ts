/** From an alert to what a person sees of it: link, strip, snapshot, and the picture at the broker. */
import { connect } from 'mqtt'
import sharp from 'sharp'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { alertSchema, incidentSchema } from '../../src/delivery/alert-schema.js'
import { until } from '../fixtures/alerts.js'
import { payloads } from '../fixtures/daemon.js'
import { command, greyClip, guardedUnit } from '../fixtures/tiny-unit.js'

let clip: string

beforeAll(async () => {
  const grey = await greyClip()
  clip = grey.path
  return grey.remove
})

test('an alert leads to its incident, its strip and a snapshot, and its picture is retained at the broker', {
  timeout: 150_000,
}, async () => {
  const options = { http: ', public_url: "https://gate.example"', mqtt: ', images: true' }
  const { daemon, httpPort } = await guardedUnit(clip, options)
  const origin = `http://127.0.0.1:${httpPort}`
  const drilled = command(daemon, 'drill', '--camera', 'gate')
  const [raised] = await until(
    () => {
      const found = payloads(daemon.seen, 'camera/gate/alert')
      return found.length > 0 && found.map((alert) => alertSchema.parse(alert))
    },
    'raised',
    40_000,
  )
  const { url, strip } = raised!.evidence
  expect(url).toBe(`https://gate.example/incidents/${raised!.incident}`)
  expect(raised!.text).toMatch(/^Drill: Camera gate: its picture is being disturbed/)

  const incident = incidentSchema.parse(await (await fetch(origin + new URL(url!).pathname)).json())
  expect(incident.id).toBe(raised!.incident)
  expect(incident.pictures[0]).toMatchObject({ phase: 'raised', strip })
  const picture = Buffer.from(await (await fetch(`${origin}/${strip}`)).arrayBuffer())
  expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 960 })

  const snapshot = await fetch(`${origin}/cameras/gate/snapshot.jpg`)
  expect(await sharp(Buffer.from(await snapshot.arrayBuffer())).metadata()).toMatchObject({ format: 'jpeg', width: 64 })

  await drilled
  const client = connect(daemon.broker.url)
  onTestFinished(() => void client.end(true))
  let image: Buffer = Buffer.of()
  client.on('message', (_, payload) => {
    image = payload
  })
  await client.subscribeAsync('framewarden/test/camera/gate/image')
  const last = async () => {
    const { pictures } = incidentSchema.parse(await (await fetch(`${origin}/incidents/${incident.id}`)).json())
    return Buffer.from(await (await fetch(`${origin}/${pictures.at(-1)!.strip}`)).arrayBuffer())
  }
  await expect.poll(async () => image.length > 0 && image.equals(await last()), { timeout: 20_000 }).toBe(true)
  expect(await daemon.stop()).toBe(0)
})
