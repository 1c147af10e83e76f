/** The daemon goes on, and ends, whatever becomes of the reader of its standard error. */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { payloads, startDaemon } from '../fixtures/daemon.js'

const NOBODY = '{ id: gate, url: "rtsp://127.0.0.1:9/cam" }'

/** A pipe that is full to the last byte, and that nobody reads. */
async function fullPipe(): Promise<number> {
  const path = join(await emptyFolder(), 'pipe')
  execFileSync('mkfifo', [path])
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(pipe))
  for (const bytes of [4096, 1]) {
    try {
      for (;;) writeSync(pipe, Buffer.alloc(bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
  return pipe
}

test('a reader of standard error that goes away does not end the daemon', async () => {
  const daemon = await startDaemon({ cameras: [NOBODY] })
  await until(() => daemon.log().includes('guards 1 camera'), 'it has started', 20_000)
  daemon.process.stderr!.destroy()
  const text = await readFile(daemon.config, 'utf8')
  await writeFile(daemon.config, `${text}  - { id: yard, url: "rtsp://127.0.0.1:9/cam" }\n`)
  daemon.process.kill('SIGHUP')
  await until(() => payloads(daemon.seen, 'camera/yard/state').length > 0, 'it reloads', 20_000)
  expect(await daemon.stop()).toBe(0)
})

test('a daemon whose standard error nobody reads ends on SIGTERM', async () => {
  const daemon = await startDaemon({ cameras: [NOBODY], stderr: await fullPipe() })
  await until(() => payloads(daemon.seen, 'camera/gate/state').length > 0, 'it has started', 20_000)
  expect(await daemon.stop()).toBe(0)
  expect(daemon.seen.filter((m) => m.topic.endsWith('/availability')).at(-1)?.payload).toBe('offline')
})
