/** Finds and reaches a camera before ffmpeg does: names resolved, the connection tried, each failure with its own cause. */
import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type FwCode, FwError } from '../core/errors.js'
import type { RtspAddress } from './camera-url.js'

/** The IP of a host; an IP is its own. Throws FW_CAMERA_DNS, or the signal's reason. */
export async function resolveHost(host: string, signal: AbortSignal): Promise<string> {
  if (isIP(host) !== 0) return host
  try {
    return (await abortable(lookup(host), signal)).address
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new FwError('FW_CAMERA_DNS', `host '${host}' is not known (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    })
  }
}

/** A server that was reached: connected, and its certificate checked where there is one. */
export interface ReachedServer {
  readonly server: Socket
  readonly ip: string
  /** What stands before the path in a request: `rtsp://gate:554`. */
  readonly origin: string
}

/** `ca`: PEM, undefined: the system's authorities. Throws what `resolveHost`, `dialTcp` and `dialTls` throw. */
export async function reachServer(
  { host, port, tls }: RtspAddress,
  ca: string | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ReachedServer> {
  const ip = await resolveHost(host, signal)
  const dialled = tls ? dialTls({ ip, port, host, ca }, timeoutMs, signal) : dialTcp(ip, port, timeoutMs, signal)
  return {
    server: await dialled,
    ip,
    origin: `rtsp${tls ? 's' : ''}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
  }
}

/** A TCP connection. Throws FW_CAMERA_REFUSED, _UNREACHABLE or _TIMEOUT, or the signal's reason. */
export async function dialTcp(ip: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: ip, port })
  try {
    await ready(socket, 'connect', { where: `${ip}:${port}`, timeoutMs, signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

export interface TlsTarget {
  readonly ip: string
  readonly port: number
  /** What the certificate must name. */
  readonly host: string
  /** PEM; undefined: the system's authorities. */
  readonly ca?: string
}

/** A TLS connection whose certificate was checked. Throws FW_CAMERA_TLS besides what `dialTcp` throws. */
export async function dialTls(target: TlsTarget, timeoutMs: number, signal: AbortSignal): Promise<TLSSocket> {
  const { ip, port, host, ca } = target
  const servername = isIP(host) === 0 ? host : undefined
  const socket = connectTls({ host: ip, port, ca, servername, rejectUnauthorized: true })
  try {
    await ready(socket, 'secureConnect', { where: `${ip}:${port}`, timeoutMs, signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

interface Wait {
  readonly where: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

function ready(socket: Socket, event: 'connect' | 'secureConnect', { where, timeoutMs, signal }: Wait): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const late = () =>
      reject(new FwError('FW_CAMERA_TIMEOUT', `no connection to ${where} within ${timeoutMs} ms (timeouts.connect)`))
    const stop = () => reject(signal.reason)
    const settle = () => {
      timeout.removeEventListener('abort', late)
      signal.removeEventListener('abort', stop)
    }
    timeout.addEventListener('abort', late)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    socket.once(event, () => {
      settle()
      resolve()
    })
    // Stays: an error after the reported failure must not end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      settle()
      reject(new FwError(codeOf(error, event), `${where}: ${plainly(error)}`, { cause: error }))
    })
  })
}

function codeOf(error: NodeJS.ErrnoException, event: string): FwCode {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'FW_CAMERA_REFUSED'
    case 'ETIMEDOUT':
      return 'FW_CAMERA_TIMEOUT'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
      return 'FW_CAMERA_UNREACHABLE'
    default:
      // A plain server answers a TLS hello by hanging up, or with what is no TLS record.
      return event === 'secureConnect' ? 'FW_CAMERA_TLS' : 'FW_CAMERA_UNREACHABLE'
  }
}

function plainly({ code, message }: NodeJS.ErrnoException): string {
  const words: Record<string, string> = {
    ECONNREFUSED: 'nobody listens there',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'there is no way to this address',
    ENETUNREACH: 'there is no way to this network',
    EHOSTDOWN: 'the host is down',
    ECONNRESET: 'the other side hung up',
  }
  const known = words[code ?? '']
  return known === undefined ? message : `${known} (${code})`
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
