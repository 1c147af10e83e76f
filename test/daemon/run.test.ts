/** `framewarden run` as a whole: real streams, real networks, a real broker. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until } from '../fixtures/alerts.js'
import { childrenOf, freePort, guardsOf, isAlive, payloads, pushCamera, startDaemon } from '../fixtures/daemon.js'

const state = (daemon: Awaited<ReturnType<typeof startDaemon>>, camera: string) =>
  payloads(daemon.seen, `camera/${camera}/state`).at(-1)
const guarding = (daemon: Awaited<ReturnType<typeof startDaemon>>, camera: string) =>
  until(
    () => {
      const reported = state(daemon, camera)
      // The stream flows before its first frame has been judged.
      return reported?.state === 'guarding' && reported.scored === true && reported
    },
    `${camera} is guarded`,
    30_000,
  )

test('a clean camera is guarded, nothing is raised, and SIGTERM leaves no child', async () => {
  const port = await freePort()
  const daemon = await startDaemon({ cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`] })
  pushCamera(port)
  expect(await guarding(daemon, 'gate')).toMatchObject({ scored: true, incident_open: false, cause: null })
  await until(() => payloads(daemon.seen, 'state').at(-1)?.provider === 'cpu', 'the provider is reported', 20_000)
  await sleep(3_000)
  expect(payloads(daemon.seen, 'camera/gate/alert')).toEqual([])

  const children = (await childrenOf(daemon.process.pid!)).map((child) => child.pid)
  expect(children.length).toBeGreaterThanOrEqual(2)
  expect(await daemon.stop()).toBe(0)
  expect(children.filter(isAlive)).toEqual([])
  const availability = daemon.seen.filter((m) => m.topic === 'framewarden/test/availability').map((m) => m.payload)
  expect(availability).toEqual(['online', 'offline'])
})

test('a guard that hangs is replaced, its camera unscored meanwhile', async () => {
  const port = await freePort()
  const daemon = await startDaemon({ cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`] })
  pushCamera(port)
  await guarding(daemon, 'gate')
  const [guard] = await guardsOf(daemon.process.pid!)
  const group = await childrenOf(guard!)
  process.kill(guard!, 'SIGSTOP')
  await until(() => state(daemon, 'gate')?.scored === false, 'the camera is unscored', 30_000)
  await expect.poll(() => guardsOf(daemon.process.pid!), { timeout: 30_000 }).not.toContain(guard)
  expect(group.filter((child) => isAlive(child.pid))).toEqual([])
  expect(payloads(daemon.seen, 'diagnostic').map((d) => d.code)).toContain('FW_GUARD_HUNG')
  await until(() => state(daemon, 'gate')?.scored === true, 'the camera is guarded again', 30_000)
})

test('a guard that crashes takes no ffmpeg along and is replaced', async () => {
  const port = await freePort()
  const daemon = await startDaemon({ cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`] })
  pushCamera(port)
  await guarding(daemon, 'gate')
  const [guard] = await guardsOf(daemon.process.pid!)
  const ffmpegs = await childrenOf(guard!)
  expect(ffmpegs.length).toBe(1)
  process.kill(guard!, 'SIGKILL')
  await until(() => state(daemon, 'gate')?.scored === false, 'the camera is unscored', 5_000)
  await until(() => state(daemon, 'gate')?.scored === true, 'the camera is guarded again', 30_000)
  expect(ffmpegs.filter((child) => isAlive(child.pid))).toEqual([])
  expect(payloads(daemon.seen, 'diagnostic').map((d) => d.code)).toContain('FW_GUARD_LOST')
})

test('a daemon that is killed leaves neither guard nor ffmpeg', async () => {
  const port = await freePort()
  const daemon = await startDaemon({ cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`] })
  pushCamera(port)
  await guarding(daemon, 'gate')
  const children = (await childrenOf(daemon.process.pid!)).map((child) => child.pid)
  daemon.process.kill('SIGKILL')
  await expect.poll(() => children.filter(isAlive), { timeout: 5_000 }).toEqual([])
  await expect.poll(() => daemon.seen.map((m) => m.payload), { timeout: 5_000 }).toContain('offline')
})

test('a camera that can not be reached is reported, and the other one goes on', async () => {
  const [port, nobody] = [await freePort(), await freePort()]
  const daemon = await startDaemon({
    cameras: [
      `{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`,
      `{ id: lost, url: "rtsp://127.0.0.1:${nobody}/cam" }`,
      '{ id: nowhere, url: "rtsp://camera.invalid/cam" }',
      '{ id: missing, url: "/no/such/file.mp4" }',
    ],
  })
  pushCamera(port)
  await guarding(daemon, 'gate')
  const code = (camera: string) => (state(daemon, camera)?.cause as { code: string } | null | undefined)?.code
  await until(() => code('lost') === 'FW_CAMERA_REFUSED', 'refused', 20_000)
  await until(() => code('nowhere') === 'FW_CAMERA_DNS', 'no such host', 20_000)
  await until(() => code('missing') !== undefined, 'no such file', 20_000)
  expect(state(daemon, 'gate')).toMatchObject({ state: 'guarding', scored: true })
})

test('a reload adds and removes cameras and leaves the others alone', async () => {
  const [first, second] = [await freePort(), await freePort()]
  const gate = `{ id: gate, url: "rtsp://127.0.0.1:${first}/cam", listen: true }`
  const yard = `{ id: yard, url: "rtsp://127.0.0.1:${second}/cam", listen: true }`
  const daemon = await startDaemon({ cameras: [gate] })
  pushCamera(first)
  pushCamera(second)
  await guarding(daemon, 'gate')
  const [guard] = await guardsOf(daemon.process.pid!)
  const before = (await childrenOf(guard!)).map((child) => child.pid)

  const { readFile, writeFile } = await import('node:fs/promises')
  const text = await readFile(daemon.config, 'utf8')
  await writeFile(daemon.config, `${text}  - ${yard}\n`)
  daemon.process.kill('SIGHUP')
  await guarding(daemon, 'yard')
  expect((await childrenOf(guard!)).map((child) => child.pid)).toEqual(expect.arrayContaining(before))

  await writeFile(daemon.config, text)
  daemon.process.kill('SIGHUP')
  await until(
    () => daemon.seen.some((m) => m.topic.endsWith('camera/yard/state') && m.payload === ''),
    'yard is forgotten',
    20_000,
  )

  await writeFile(daemon.config, `${text}nonsense: 1\n`)
  daemon.process.kill('SIGHUP')
  await until(
    () => payloads(daemon.seen, 'diagnostic').some((d) => d.code === 'FW_CONFIG_KEY'),
    'the mistake is reported',
  )
  expect(state(daemon, 'gate')).toMatchObject({ state: 'guarding' })
})

test('a threshold takes effect while the stream goes on', async () => {
  const [port, httpPort] = [await freePort(), await freePort()]
  const camera = `{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true, detection: { mode: full } }`
  const daemon = await startDaemon({ cameras: [camera], httpPort })
  pushCamera(port)
  await guarding(daemon, 'gate')
  const flagged = async () => {
    const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()
    return Number(/^framewarden_flagged_total\{camera="gate"\} (\d+)/m.exec(text)?.[1])
  }
  await sleep(1_000)
  expect(await flagged()).toBe(0)
  const [guard] = await guardsOf(daemon.process.pid!)
  const before = (await childrenOf(guard!)).map((child) => child.pid)

  const { readFile, writeFile } = await import('node:fs/promises')
  const text = await readFile(daemon.config, 'utf8')
  await writeFile(daemon.config, text.replace('mode: full', 'mode: full, threshold: -20'))
  daemon.process.kill('SIGHUP')
  await expect.poll(flagged, { timeout: 20_000 }).toBeGreaterThan(5)
  expect((await childrenOf(guard!)).map((child) => child.pid)).toEqual(before)
})
