/** Where a camera is: an RTSP address or a file, checked at the border. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FwError } from '../core/errors.js'

export interface RtspAddress {
  readonly kind: 'rtsp'
  readonly tls: boolean
  /** Host name or IP, without brackets. */
  readonly host: string
  readonly port: number
  /** Path and query as given, from the first `/`. */
  readonly path: string
}

export type CameraAddress = RtspAddress | { readonly kind: 'file'; readonly path: string }

/** RFC 2326 3.2 and IANA: rtsp 554, rtsps 322. */
const PORTS = { rtsp: 554, rtsps: 322 }

/** Takes rtsp://, rtsps://, file:// or a path. Credentials, quotes, blanks and other schemes are refused: FW_CAMERA_URL. */
export function parseCameraUrl(url: string): CameraAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'file', path: resolve(url) }
  if (scheme === 'file') {
    try {
      return { kind: 'file', path: fileURLToPath(url) }
    } catch (cause) {
      throw new FwError('FW_CAMERA_URL', `'${url}' is no address of a local file`, { cause })
    }
  }
  if (scheme !== 'rtsp' && scheme !== 'rtsps') throw new FwError('FW_CAMERA_URL', `scheme '${scheme}' is not known`)
  const [, authority = '', path = '/'] = /^[^:]+:\/\/([^/?#]*)([/?].*)?$/.exec(url) ?? []
  if (authority.includes('@')) throw new FwError('FW_CAMERA_URL', 'the address holds credentials')
  // Control characters, blanks, quotes and backslashes have no place in a URI (RFC 3986 2) and could end a script's string.
  if (!/^[\x21\x23-\x26\x28-\x5b\x5d-\x7e]*$/.test(url)) {
    throw new FwError('FW_CAMERA_URL', 'the address holds a blank, a quote or a character that must be percent-encoded')
  }
  const [, name, port] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(authority) ?? []
  const host = name?.replace(/^\[|\]$/g, '')
  const portNumber = port === undefined ? PORTS[scheme] : Number(port)
  if (host === undefined || portNumber < 1 || portNumber > 65535) {
    throw new FwError('FW_CAMERA_URL', `'${authority}' is no host and port`)
  }
  return {
    kind: 'rtsp',
    tls: scheme === 'rtsps',
    host,
    port: portNumber,
    path: path.startsWith('/') ? path : `/${path}`,
  }
}

/** The address for ffmpeg: always an IP, as the build of 2018 crashes on every name. */
export function rtspUrl(ip: string, port: number, path: string): string {
  return `rtsp://${isIP(ip) === 6 ? `[${ip}]` : ip}:${port}${path}`
}
