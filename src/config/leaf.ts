/** The kinds of value a key can take. Each says in words what it takes: error texts and `framewarden schema` use the same. */
import { z } from 'zod'
import { DURATION, durationMs, SIZE, sizeBytes } from './units.js'

/** What changes with the key on a reload: nothing restarts, its camera, the guards, the broker's connection, or all of it. */
export type Effect = 'live' | 'camera' | 'guard' | 'broker' | 'process'

/** What stands beside a key. */
export interface KeyMeta {
  readonly description: string
  /** Follows `takes`: `a duration from 1s to 1h`. Undefined where the choices or the type say it. */
  readonly takes?: string
  readonly unit?: string
  readonly effect: Effect
  /** The value is a reference to a secret; a wrong one is never shown. */
  readonly secret?: boolean
}

/** Attaches `meta`; always the outermost call, since zod keeps it by instance. */
export function key<S extends z.ZodType>(schema: S, meta: KeyMeta): S {
  return schema.meta({ ...meta })
}

/** `meta` of a schema made by `key`, else undefined. */
export function metaOf(schema: z.core.$ZodType): KeyMeta | undefined {
  const meta = z.globalRegistry.get(schema)
  return meta && 'effect' in meta ? (meta as unknown as KeyMeta) : undefined
}

/** A key that takes a duration in [min, max]; what it takes and its default are written here, once. */
export function durationKey(min: string, max: string, fallback: string, meta: QuantityMeta) {
  const takes = `a duration from ${min} to ${max}, such as ${fallback}`
  return key(duration(min, max).prefault(fallback), { ...meta, takes, unit: 'duration' })
}

/** The same for a size. */
export function sizeKey(min: string, max: string, fallback: string, meta: QuantityMeta) {
  const takes = `a size from ${min} to ${max}, such as ${fallback}`
  return key(size(min, max).prefault(fallback), { ...meta, takes, unit: 'size' })
}

type QuantityMeta = Pick<KeyMeta, 'description' | 'effect'>

/** A duration in [min, max], both as written; its value is in milliseconds. */
export function duration(min: string, max: string) {
  return quantity(DURATION, durationMs, min, max)
}

/** A size in [min, max], both as written; its value is in bytes. */
function size(min: string, max: string) {
  return quantity(SIZE, sizeBytes, min, max)
}

/** A name of 1 to 63 characters [a-z0-9-] that begins with a letter or digit: it stands in topics, paths and URLs. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/)

/** Text without control characters. */
export const line = z.string().regex(/^[^\p{Cc}]+$/u)

/** Where a secret is; never the secret. */
export const secretRef = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  z.strictObject({ file: line }),
  z.strictObject({ credential: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/) }),
])

export const SECRET_TAKES = '{ env: NAME }, { file: PATH } or { credential: NAME }'

function quantity(pattern: RegExp, read: (text: string) => number | undefined, min: string, max: string) {
  const least = read(min)!
  const most = read(max)!
  return z
    .string()
    .regex(pattern)
    .transform((text, context) => {
      const value = read(text)
      if (value !== undefined && value >= least && value <= most) return value
      context.issues.push({ code: 'custom', input: text })
      return z.NEVER
    })
}
