/** `defaults:` under each camera, before anything is checked. */

type YamlMap = Readonly<Record<string, unknown>>

/**
 * `raw` with each camera laid over `defaults`, key by key and deep; a key without a value takes away the default.
 * References to secrets are replaced whole. What is not a map or list where one belongs is left for the schema to refuse.
 */
export function withDefaults(raw: unknown): unknown {
  if (!isMap(raw) || !Array.isArray(raw.cameras)) return withoutNulls(raw)
  const defaults = isMap(raw.defaults) ? raw.defaults : {}
  const cameras = raw.cameras.map((camera) => (isMap(camera) ? overlay(defaults, camera) : camera))
  return withoutNulls({ ...raw, cameras })
}

function overlay(under: YamlMap, over: YamlMap): YamlMap {
  const entries = Object.entries(over).map(([name, value]) => {
    const below = Object.hasOwn(under, name) ? under[name] : undefined
    return [name, isMap(value) && isMap(below) && !isSecretRef(below) ? overlay(below, value) : value]
  })
  return Object.fromEntries([...Object.entries(under), ...entries])
}

/** `key:` with nothing behind it counts as not given. */
function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return Array.isArray(value) ? value.map(withoutNulls) : value
  const given = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(given.map(([name, inner]) => [name, withoutNulls(inner)]))
}

function isSecretRef(map: YamlMap): boolean {
  return 'env' in map || 'file' in map || 'credential' in map
}

export function isMap(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
