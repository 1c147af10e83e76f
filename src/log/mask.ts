/** Takes secrets out of text: those that are known, and what looks like one in an address. */

const MASK = '***'

/** Removes every secret given so far from a text. */
export interface Mask {
  (text: string): string
  /** More secrets, from now on; those from before stay masked. */
  add(secrets: Iterable<string>): void
}

export function createMask(secrets: Iterable<string>): Mask {
  const known = new Set<string>()
  let pattern: RegExp | undefined
  const mask = (text: string) => {
    const plain = pattern ? text.replace(pattern, MASK) : text
    return plain.replace(USERINFO, `//${MASK}@`).replace(PARAMETER, `$1=${MASK}`)
  }
  const add = (more: Iterable<string>) => {
    for (const secret of more) for (const form of formsOf(secret)) known.add(form)
    // The longest first: a secret may begin with another one.
    const longestFirst = [...known].sort((a, b) => b.length - a.length).map((form) => escaped(form))
    pattern = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.join('|'), 'g')
  }
  add(secrets)
  return Object.assign(mask, { add })
}

/** `value` with every string in it masked, at any depth; no cycles, as from JSON. */
export function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [mask(name), maskDeep(inner, mask)]))
}

/** `//user:password@host`; up to the last @ of the word, since a password may hold one. */
const USERINFO = /\/\/[^\s"'<>]*@/g
/** `?password=…`, also as some cameras write it in a path: `/user=admin_password=…_channel=1`. */
const PARAMETER = /\b((?:[a-z]+_)?(?:password|passwd|pass|pwd|token))=[^\s&;,_/"'<>]+/gi

/** As given, and percent-encoded: all that can be, what a URL's user information wants, with hex of either case. */
function formsOf(secret: string): string[] {
  if (secret === '') return []
  const strict = encodeURIComponent(wellFormed(secret)).replace(/[!'()*]/g, percent)
  const forms = [secret, encodeURIComponent(wellFormed(secret)), strict, userInfo(secret)]
  return [...forms, ...forms.slice(1).map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()))]
}

function userInfo(secret: string): string {
  const url = new URL('rtsp://host')
  url.password = secret
  return url.password
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

/** encodeURIComponent throws on half a surrogate pair. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
