/** A camera that refuses every login and hangs up after it, as go2rtc 1.9.9 does (pkg/rtsp/server.go, `Accept`). */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

const CHALLENGES = {
  basic: 'Basic realm="go2rtc"',
  digest: 'Digest realm="camera", nonce="5f3c8a"',
} as const

export interface RefusingCamera {
  readonly port: number
  /** Requests that came with an Authorization: each is a failed login, and cameras lock accounts after a few. */
  logins(): number
  connections(): number
  close(): void
}

/** Answers 401 with a challenge; to a request that carries credentials, 401 once more and then nothing: it hangs up. */
export async function refusingCamera(scheme: keyof typeof CHALLENGES): Promise<RefusingCamera> {
  const count = { logins: 0, connections: 0 }
  const open = new Set<Socket>()
  const server = createServer((client) => {
    count.connections++
    open.add(client)
    client.on('error', () => {})
    client.on('close', () => open.delete(client))
    client.on('data', (chunk) => {
      const request = chunk.toString('latin1')
      const seq = /^CSeq: (\d+)/im.exec(request)?.[1]
      const reply = `RTSP/1.0 401 Unauthorized\r\nCSeq: ${seq}\r\nWWW-Authenticate: ${CHALLENGES[scheme]}\r\n\r\n`
      if (!/^Authorization:/im.test(request)) client.write(reply)
      else {
        count.logins++
        client.end(reply)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    logins: () => count.logins,
    connections: () => count.connections,
    close() {
      server.close()
      for (const client of open) client.destroy()
    },
  }
}
