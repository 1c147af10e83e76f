import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import type { BoardSnapshot } from '../../src/status/board.js'
import { type Status, startStatus } from '../../src/status/http.js'
import { board, camera } from './board.js'
import { statusOptions } from './options.js'

let stop = new AbortController()
let shown: BoardSnapshot = board()
let errors: unknown[] = []
afterEach(() => {
  stop.abort()
  stop = new AbortController()
  shown = board()
  errors = []
})

function serve(snapshot: () => BoardSnapshot = () => shown): Promise<Status> {
  return startStatus(statusOptions(stop.signal, { snapshot, onError: (error) => errors.push(error) }))
}

async function get(status: Status, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://${status.address}${path}`, init)
}

/** What the server answers to bytes that fetch would not send. */
async function raw(status: Status, text: string): Promise<string> {
  const [host, port] = status.address.split(':')
  const socket = connect(Number(port), host)
  socket.end(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}

/** Connections that begin a request and never end it; those that the server ends are no failure. */
async function halfOpen(status: Status, count: number): Promise<Socket[]> {
  const [host, port] = status.address.split(':')
  const sockets = Array.from({ length: count }, () => connect(Number(port), host))
  for (const socket of sockets) socket.on('error', () => {})
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  for (const socket of sockets) socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n')
  return sockets
}

async function* snapshots(response: Response): AsyncGenerator<BoardSnapshot> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield JSON.parse(/^data: (.*)$/m.exec(text.slice(0, end))![1]!)
      text = text.slice(end + 2)
    }
  }
}

describe('/healthz and /readyz', () => {
  it('say alive and ready', async () => {
    const status = await serve()
    const health = await get(status, '/healthz')
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'alive', unit: 'gate-7', version: '0.1.0', started_at: '1970-01-01T00:00:00.000Z' },
    ])
    const ready = await get(status, '/readyz')
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, reasons: [], cameras: [] }])
  })

  it('name each camera that is not judged now, since when and why, and a broker that is away', async () => {
    const cause = diagnostic('FW_CAMERA_AUTH', 'b', 'refused')
    const sinceMs = Date.now() - 250_000
    shown = board({
      cameras: [camera('a'), camera('b', { scored: false, state: 'backoff', cause, sinceMs })],
      broker: { state: 'offline', sinceMs: 0, pending: 0 },
    })
    const status = await serve()
    const ready = await get(status, '/readyz')
    expect([ready.status, await ready.json()]).toEqual([
      503,
      {
        ready: false,
        reasons: [
          "camera 'b' refuses user name and password for 4 min: FW_CAMERA_AUTH, refused",
          'the broker is offline',
        ],
        cameras: [
          {
            camera: 'b',
            state: 'backoff',
            since: new Date(sinceMs).toISOString(),
            cause: { code: 'FW_CAMERA_AUTH', text: 'refused' },
          },
        ],
      },
    ])
    expect((await get(status, '/healthz')).status).toBe(200)
  })

  it('are ready without a broker, and not while a camera that was guarded is away', async () => {
    shown = board({ broker: { state: 'off', sinceMs: 0, pending: 0 } })
    const status = await serve()
    expect((await get(status, '/readyz')).status).toBe(200)
    shown = board({ cameras: [camera('a'), camera('b', { state: 'backoff', scored: false })] })
    expect((await get(status, '/readyz')).status).toBe(503)
  })
})

describe('the server', () => {
  it.each(['/', '/healthz', '/readyz', '/metrics', '/events', '/incidents', '/session'])(
    'gives %s to GET alone',
    async (path) => {
      const status = await serve()
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
        const response = await get(status, path, { method })
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
      }
    },
  )

  it.each([
    '/nothing',
    '/../etc/passwd',
    '/%2e%2e/etc/passwd',
    '/constructor',
    '/metrics/',
    '//',
    '*',
    'http://x/healthz',
  ])('has nothing at %s', async (path) => {
    const answer = await raw(await serve(), `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  })

  it('looks at the path, not at the query', async () => {
    expect((await get(await serve(), '/healthz?x=1')).status).toBe(200)
  })

  it.each(['/', '/healthz', '/readyz', '/metrics', '/events', '/nothing'])(
    'sends security headers with %s',
    async (path) => {
      const { headers, body } = await get(await serve(), path)
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('access-control-allow-origin')).toBeNull()
      await body?.cancel()
    },
  )

  it('answers 500 without the reason when its own state cannot be had, and goes on', async () => {
    let broken = true
    const status = await serve(() => {
      if (broken) throw new Error('hunter2')
      return board()
    })
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      const response = await get(status, path)
      expect([response.status, await response.text()]).toEqual([500, '{"error":"internal error"}\n'])
    }
    expect(errors).toHaveLength(3)
    broken = false
    expect((await get(status, '/healthz')).status).toBe(200)
  })

  it('survives what is no HTTP', async () => {
    const status = await serve()
    expect(await raw(status, '\x16\x03\x01\x02\x00\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await raw(status, `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
    expect((await get(status, '/healthz')).status).toBe(200)
  })

  it('answers at once beside half-open requests, as many as there may be', async () => {
    const status = await serve()
    const reader = snapshots(await get(status, '/events'))
    await reader.next()
    const sockets = await halfOpen(status, 200)
    const began = performance.now()
    for (let i = 0; i < 5; i++) expect((await get(status, '/healthz')).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(10_000)
    // who reads the page is not cut off for them
    expect((await reader.next()).done).toBe(false)
    for (const socket of sockets) socket.destroy()
  })

  it('lets a half-open request go after 5 s, and not after half a minute', { timeout: 60_000 }, async () => {
    const [socket] = await halfOpen(await serve(), 1)
    const began = performance.now()
    await once(socket!.resume(), 'close')
    expect(performance.now() - began).toBeGreaterThan(4_000)
    expect(performance.now() - began).toBeLessThan(25_000)
  })

  it('says that its address is taken, and by which key it is set', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    await expect(startStatus(statusOptions(stop.signal, { port }))).rejects.toMatchObject({
      code: 'FW_HTTP_LISTEN',
      message: `http.listen 127.0.0.1:${port}: another program listens there`,
    })
    other.close()
  })

  it('says that an address is not of this machine', async () => {
    const elsewhere = startStatus(statusOptions(stop.signal, { access: { host: '192.0.2.1' } }))
    await expect(elsewhere).rejects.toMatchObject({
      code: 'FW_HTTP_LISTEN',
      message: expect.stringContaining('no such address'),
    })
  })

  it('closes with open event streams, once, and frees its port', async () => {
    const status = await serve()
    const reader = snapshots(await get(status, '/events'))
    await reader.next()
    await Promise.all([status.close(), status.close()])
    await expect(reader.next()).rejects.toThrow()
    await expect(get(status, '/healthz')).rejects.toThrow()
    const port = Number(status.address.split(':')[1])
    await (await startStatus(statusOptions(stop.signal, { port }))).close()
  })

  it('closes at the signal', async () => {
    const status = await serve()
    stop.abort()
    await expect(get(status, '/healthz')).rejects.toThrow()
  })

  it('is not left open by a signal that was there before', async () => {
    stop.abort()
    const status = await serve()
    await expect(get(status, '/healthz')).rejects.toThrow()
  })
})

describe('/events', () => {
  it('sends a snapshot at once and another each second', async () => {
    const reader = snapshots(await get(await serve(), '/events'))
    const began = performance.now()
    expect((await reader.next()).value).toEqual(JSON.parse(JSON.stringify(shown)))
    shown = board({ cameras: [camera('north', { incidentOpen: true })] })
    expect((await reader.next()).value.cameras[0].incidentOpen).toBe(true)
    expect(performance.now() - began).toBeGreaterThan(500)
    await reader.return(undefined)
  })

  it('starts again for the next reader after the last one went', async () => {
    const status = await serve()
    for (let i = 0; i < 2; i++) {
      const reader = snapshots(await get(status, '/events'))
      expect((await reader.next()).value.unit).toBe('gate-7')
      expect((await reader.next()).value.unit).toBe('gate-7')
      await reader.return(undefined)
    }
  })

  it('refuses more than 16 readers, and takes one again when one has gone', async () => {
    const status = await serve()
    const first = new AbortController()
    await get(status, '/events', { signal: first.signal })
    for (let i = 1; i < 16; i++) await get(status, '/events')
    expect((await get(status, '/events')).status).toBe(503)
    first.abort()
    await expect.poll(async () => (await get(status, '/events')).status).toBe(200)
  })

  it('tells of a fault and lets the readers go', async () => {
    let broken = false
    const status = await serve(() => {
      if (broken) throw new Error('no state')
      return board()
    })
    const reader = snapshots(await get(status, '/events'))
    await reader.next()
    broken = true
    await expect(reader.next()).rejects.toThrow()
    expect(errors).toEqual([new Error('no state')])
    broken = false
    expect((await snapshots(await get(status, '/events')).next()).value.unit).toBe('gate-7')
  })
})
