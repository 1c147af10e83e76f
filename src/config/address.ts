/** Addresses in the configuration: what a stream, a broker or a listener may be called. */
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Said by a leaf whose value is wrong in a way of its own; `secret` keeps the value out of the text. */
export interface AddressIssue {
  readonly text: string
  readonly secret?: boolean
}

/**
 * Why `url` cannot be a stream, or undefined. A stream is rtsp://, rtsps://, file:// or the path of a file.
 * The text never repeats what stands before an @.
 */
export function streamIssue(url: string): AddressIssue | undefined {
  const scheme = schemeOf(url)
  if (scheme === undefined) return /^[^/\s]+:[^\s]*@/.test(url) ? CREDENTIALS : undefined
  if (scheme === 'file') return fileIssue(url)
  return networkIssue(url, ['rtsp', 'rtsps'], ' or a file')
}

/** As `streamIssue`, for addresses on the network alone, in one of `schemes`. */
export function networkIssue(url: string, schemes: readonly string[], orElse = ''): AddressIssue | undefined {
  // Before anything else, on the raw text: a password with / or # in it would otherwise pass for a path.
  if (url.includes('@')) return CREDENTIALS
  const takes = `takes ${schemes.map((scheme) => `${scheme}://`).join(', ')}${orElse}`
  if (!schemes.includes(schemeOf(url) ?? '')) return { text: takes }
  if (!URL.canParse(url)) return { text: `${takes} with a host, a port from 1 to 65535 and a path` }
  return new URL(url).hostname === '' ? { text: `${takes} with a host` } : undefined
}

/** Why `url` is not the origin of a web server, or undefined. */
export function originIssue(url: string): AddressIssue | undefined {
  const issue = networkIssue(url, ['http', 'https'])
  if (issue) return issue
  const { pathname, search, hash } = new URL(url)
  return pathname === '/' && search === '' && hash === '' ? undefined : { text: 'takes no path behind the host' }
}

/** The host is this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Lower-case scheme of `scheme://…`, undefined for a path. */
export function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
}

/** `host:port` or `[v6]:port`; port 0 lets the system choose. */
export function hostAndPort(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s\p{Cc}:[\]/@]+)):(\d{1,5})$/u.exec(text)
  const port = Number(match?.[3])
  return match && port <= 65_535 ? { host: match[1] ?? match[2]!, port } : undefined
}

/** A zod string held to `issueOf`; its issue carries the text. */
export function address(issueOf: (url: string) => AddressIssue | undefined) {
  return z.string().check((context) => {
    const { value } = context
    const steering = /\p{Cc}/u.test(value)
    const parted = schemeOf(value) !== undefined && (steering || /\s/.test(value))
    const issue = parted ? WITH_SPACE : steering ? WITH_CONTROL : issueOf(value)
    if (issue) context.issues.push({ code: 'custom', input: '', params: { ...issue } })
  })
}

const CREDENTIALS: AddressIssue = {
  secret: true,
  text: 'holds credentials; give username and password as keys of their own (an @ in a path is written %40)',
}
const WITH_CONTROL: AddressIssue = { text: 'takes an address without control characters' }
const WITH_SPACE: AddressIssue = { secret: true, text: 'takes an address without spaces; write them as %20' }

function fileIssue(url: string): AddressIssue | undefined {
  try {
    fileURLToPath(url)
    return undefined
  } catch {
    // A host, an encoded slash, or no URL at all: none of them is a path here.
    return { text: 'takes file:///PATH, with no host' }
  }
}
