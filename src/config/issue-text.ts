/** What the schema found wrong, in words: what the key takes, what it got, what was probably meant. */
import type { z } from 'zod'
import { didYouMean } from '../core/did-you-mean.js'
import type { AddressIssue } from './address.js'
import { isMap } from './camera-defaults.js'
import { type ConfigCode, pathText } from './problem.js'
import { choicesOf, isListAt, isText, type Key, keyAt, namesAt, type Path, takesOf } from './schema-walk.js'

const SHOWN_CHARACTERS = 60

const REFERENCE_TAKES: Readonly<Record<string, string>> = {
  env: 'the name of a variable',
  file: 'a path',
  credential: 'the name of a credential, without /',
}

/** A problem before it has a place. `atKey`: its place is the key, not the value. */
export interface ConfigFinding {
  readonly code: ConfigCode
  readonly path: Path
  readonly atKey: boolean
  /** One clause for the path at which it is found in the end; a camera's value may stand under `defaults:`. */
  text(path: Path): string
}

/** A clause that begins with the path: `cameras[0].transport takes tcp or udp, not 'tpc'`. */
export function about(text: string): (path: Path) => string {
  return (path) => `${pathText(path)} ${text}`.trim()
}

/** The findings of one issue of zod; `value` is what stands at its path. One for each unknown key, else one. */
export function findingsOf(issue: z.core.$ZodIssue, value: unknown): ConfigFinding[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys' && !keyAt(path)) return issue.keys.map((name) => unknownKey(path, name))
  const key = keyAt(path)
  if (!key) return [{ code: 'FW_CONFIG_VALUE', path, atKey: true, text: about(sectionText(path, value)) }]
  if (value === undefined) {
    return [{ code: 'FW_CONFIG_KEY', path, atKey: true, text: about(`is missing; it takes ${takesOf(key)}`) }]
  }
  if (key.meta.secret) {
    const takes = REFERENCE_TAKES[String(path.at(-1))] ?? `${takesOf(key)}, never the secret itself`
    return [{ code: 'FW_CONFIG_SECRET', path, atKey: true, text: about(`takes ${takes}`) }]
  }
  const address = issue.code === 'custom' ? (issue.params as AddressIssue | undefined) : undefined
  if (address?.secret) return [{ code: 'FW_CONFIG_SECRET', path, atKey: false, text: about(address.text) }]
  const takes = address?.text ?? `takes ${takesOf(key)}`
  return [
    { code: 'FW_CONFIG_VALUE', path, atKey: false, text: about(`${takes}, not ${shown(value)}${hint(key, value)}`) },
  ]
}

function unknownKey(parent: Path, name: string): ConfigFinding {
  const known = namesAt(parent)
  const nearest = didYouMean(name, known)
  const meant = nearest ? `did you mean ${nearest}?` : `known: ${known.join(', ')}`
  const text = (path: Path) => {
    const where = path.length > 1 ? ` in ${pathText(path.slice(0, -1))}` : ''
    return `unknown key ${quoted(name)}${where}; ${meant}`
  }
  return { code: 'FW_CONFIG_KEY', path: [...parent, name], atKey: true, text }
}

function sectionText(path: Path, value: unknown): string {
  if (path.length === 0) return `takes a map of keys (unit, cameras, …), not ${shown(value)}`
  if (!isListAt(path)) return `takes a map of keys (${namesAt(path).slice(0, 3).join(', ')}, …), not ${shown(value)}`
  if (value === undefined) return 'is missing; it takes a list with at least one camera'
  return Array.isArray(value) ? 'takes at least one camera' : `takes a list, not ${shown(value)}`
}

/** A value as far as a person needs it to find it again; never what stands before an @. */
function shown(value: unknown): string {
  if (isMap(value)) return 'a map'
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object') ? `[${value.map(shown).join(', ')}]` : 'a list'
  if (typeof value !== 'string') return String(value)
  // What stands before an @ or in a query may be a secret.
  return quoted(value.replace(/^.*@/, '…@').replace(/\?.*$/, '?…'))
}

function quoted(text: string): string {
  return `'${[...text.replace(/\p{Cc}/gu, ' ')].slice(0, SHOWN_CHARACTERS).join('')}'`
}

function hint(key: Key, value: unknown): string {
  const choices = choicesOf(key.schema)
  const wrong = Array.isArray(value) ? value.find((item) => !choices.includes(item)) : value
  const nearest = typeof wrong === 'string' ? didYouMean(wrong, choices.map(String)) : undefined
  if (nearest !== undefined && nearest !== wrong) return `; did you mean ${nearest}?`
  const bare = typeof value === 'number' || typeof value === 'boolean'
  return bare && isText(key.schema) && !key.meta.unit ? `; text that looks like a ${typeof value} goes in quotes` : ''
}
