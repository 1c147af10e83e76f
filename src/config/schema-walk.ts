/** Reads the schema as a tree: what stands at a path, what a map may hold, every key in order. */
import { z } from 'zod'
import { type KeyMeta, metaOf } from './leaf.js'
import { configSchema } from './schema.js'

export type Path = readonly (string | number)[]

/** One key of the configuration. `path` as in the file, `cameras` as a step of its own. */
export interface Key {
  readonly path: readonly string[]
  readonly meta: KeyMeta
  readonly schema: z.core.$ZodType
}

/** The key at or above `path`, undefined when `path` is a section or not in the schema. */
export function keyAt(path: Path): Key | undefined {
  let schema: z.core.$ZodType = configSchema
  for (let depth = 0; ; depth++) {
    const meta = layers(schema).map(metaOf).find(Boolean)
    if (meta) return { path: path.slice(0, depth).filter((step) => typeof step === 'string'), meta, schema }
    const step = path[depth]
    const next = step === undefined ? undefined : child(schema, step)
    if (!next) return undefined
    schema = next
  }
}

/** Names that the map at `path` may hold; empty when no map stands there. */
export function namesAt(path: Path): readonly string[] {
  let schema: z.core.$ZodType | undefined = configSchema
  for (const step of path) schema = schema && child(schema, step)
  const object = schema && core(schema)
  return object instanceof z.ZodObject ? Object.keys(object.shape) : []
}

/** True when a list stands at `path`. */
export function isListAt(path: Path): boolean {
  let schema: z.core.$ZodType | undefined = configSchema
  for (const step of path) schema = schema && child(schema, step)
  return schema !== undefined && core(schema) instanceof z.ZodArray
}

/** Every key in the schema's order; those of a camera once, under `cameras`. */
export function allKeys(): readonly Key[] {
  return keysUnder(configSchema, []).filter((key) => key.path[0] !== 'defaults')
}

/** The default as it would be written, undefined for a key without one. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  for (const layer of layers(schema)) if (layer instanceof z.ZodPrefault) return layer.def.defaultValue
  return undefined
}

/** True when the key must be given. */
export function isRequired(schema: z.core.$ZodType): boolean {
  return layers(schema).every((layer) => !(layer instanceof z.ZodPrefault || layer instanceof z.ZodOptional))
}

/** Words and numbers that the key takes literally: the choices of an enum, `auto`. */
export function choicesOf(schema: z.core.$ZodType): readonly (string | number)[] {
  const inner = core(schema)
  if (inner instanceof z.ZodEnum) return inner.options
  if (inner instanceof z.ZodLiteral) return [...inner.values] as (string | number)[]
  if (inner instanceof z.ZodArray) return choicesOf(inner.element)
  if (inner instanceof z.ZodUnion) return inner.options.flatMap(choicesOf)
  return []
}

/** True when the key takes text of any kind. */
export function isText(schema: z.core.$ZodType): boolean {
  return core(schema) instanceof z.ZodString
}

/** What the key takes, in words. */
export function takesOf(key: Key): string {
  if (key.meta.takes) return key.meta.takes
  return core(key.schema) instanceof z.ZodBoolean ? 'true or false' : orList(choicesOf(key.schema).map(String))
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function keysUnder(schema: z.core.$ZodType, path: readonly string[]): Key[] {
  const meta = layers(schema).map(metaOf).find(Boolean)
  if (meta) return [{ path, meta, schema }]
  const inner = core(schema)
  if (inner instanceof z.ZodArray) return keysUnder(inner.element, path)
  if (!(inner instanceof z.ZodObject)) return []
  return Object.entries(inner.shape).flatMap(([name, value]) => keysUnder(value as z.core.$ZodType, [...path, name]))
}

function child(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  const inner = core(schema)
  if (inner instanceof z.ZodArray) return typeof step === 'number' ? inner.element : undefined
  if (!(inner instanceof z.ZodObject) || typeof step === 'number') return undefined
  return Object.hasOwn(inner.shape, step) ? (inner.shape[step] as z.core.$ZodType) : undefined
}

/** `schema` and what it wraps, outermost first. */
function layers(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return [schema, ...layers(schema.def.innerType)]
  }
  return schema instanceof z.ZodPipe ? [schema, ...layers(schema.def.in)] : [schema]
}

function core(schema: z.core.$ZodType): z.core.$ZodType {
  return layers(schema).at(-1)!
}
