/** RTSPS for every ffmpeg: only 9.0 checks a certificate, so the TLS ends here and ffmpeg speaks plain RTSP to loopback. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { dialTls, type TlsTarget } from './reach.js'

export interface TlsRelay {
  /** On 127.0.0.1, for one connection. */
  readonly port: number
  close(): void
}

/**
 * Connects to the camera first, so that a bad certificate is told before ffmpeg starts, then takes one connection on
 * loopback and passes bytes both ways (RFC 2326 10.12: interleaved). Throws as `dialTls` does.
 */
export async function openTlsRelay(target: TlsTarget, timeoutMs: number, signal: AbortSignal): Promise<TlsRelay> {
  const camera = await dialTls(target, timeoutMs, signal)
  // One client alone: another process of this host finds the door shut.
  const server = createServer({ allowHalfOpen: false }, (client) => {
    server.close()
    join(client, camera)
  })
  server.maxConnections = 1
  const close = () => {
    server.close()
    camera.destroy()
  }
  camera.on('close', () => server.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  }).catch((error: unknown) => {
    close()
    throw error
  })
  return { port: (server.address() as AddressInfo).port, close }
}

/** Either end takes the other along; ffmpeg tells what a lost connection means. */
function join(client: Socket, camera: Socket): void {
  client.on('error', () => camera.destroy())
  client.on('close', () => camera.destroy())
  camera.on('close', () => client.destroy())
  client.setNoDelay(true)
  client.pipe(camera)
  camera.pipe(client)
}
