/** A wrong password at a camera that hangs up after the second 401. */
import { expect, test } from 'vitest'
import { probeCamera } from '../../src/camera/probe.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import { checkCamera } from '../../src/doctor/checks.js'
import { bundled, camera, recorder } from './partners.js'
import { refusingCamera } from './refusing-camera.js'

const wrong = { username: 'viewer', password: 'guessed-wrong' }

test.each(['basic', 'digest'] as const)(
  'a camera that hangs up after refusing a %s login is FW_CAMERA_AUTH under its own address, after one login',
  async (scheme) => {
    const refusing = await refusingCamera(scheme)
    const stop = new AbortController()
    const hooks = recorder()
    const url = `rtsp://localhost:${refusing.port}/cam`
    const supervised = superviseCamera(camera({ url, ...wrong }), bundled, hooks, stop.signal)
    await hooks.until((seen) => seen.states.includes('backoff'))
    stop.abort()
    await supervised
    refusing.close()
    expect(hooks.diagnostics).toMatchObject([{ code: 'FW_CAMERA_AUTH', subject: 'gate', count: 1 }])
    const { text } = hooks.diagnostics[0]!
    expect(text).toContain(`localhost:${refusing.port}`)
    expect(text).not.toMatch(/127\.0\.0\.1|guessed/)
    expect(refusing.logins()).toBe(1)
  },
)

test('probe says a refused login once: it does not try the other transport with the same password', async () => {
  const refusing = await refusingCamera('basic')
  const timeouts = { connectMs: 3000, firstFrameMs: 10_000, stallMs: 3000 }
  const url = `rtsp://127.0.0.1:${refusing.port}/cam`
  const options = { ffmpeg: bundled, signal: new AbortController().signal }
  const seen = await probeCamera({ url, ...wrong, decode: 'none', timeouts }, options)
  refusing.close()
  expect(seen.tries).toMatchObject([{ transport: 'tcp', cause: { code: 'FW_CAMERA_AUTH' } }])
  expect(seen.tries[0]!.cause!.text).toContain(`127.0.0.1:${refusing.port}`)
  expect(refusing.logins()).toBe(1)
})

test('doctor names it, too', async () => {
  const refusing = await refusingCamera('digest')
  const url = `rtsp://127.0.0.1:${refusing.port}/cam`
  const [finding] = await checkCamera(camera({ url, ...wrong }), bundled, new AbortController().signal)
  refusing.close()
  const text = `the camera at rtsp://127.0.0.1:${refusing.port} refuses the user name or the password`
  expect(finding).toMatchObject({ level: 'bad', subject: 'camera gate', code: 'FW_CAMERA_AUTH', text })
})
