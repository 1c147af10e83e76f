/** What there may not be any number of, looked at before the defaults are laid under each camera and the schema walks it all. */
import { isMap } from './camera-defaults.js'
import { about, type ConfigFinding } from './issue-text.js'

const MAX_CAMERAS = 1_000
/** A camera has fewer than 50 keys; each default stands in each camera. */
const MAX_DEFAULTS = 200

/** What there is too much of in `raw`, values as written. */
export function tooManyIn(raw: unknown): ConfigFinding | undefined {
  if (!isMap(raw)) return undefined
  if (Array.isArray(raw.cameras) && raw.cameras.length > MAX_CAMERAS)
    return tooMany('cameras', `is a list of ${raw.cameras.length}, at most ${MAX_CAMERAS}`)
  const defaults = valuesIn(raw.defaults)
  return defaults > MAX_DEFAULTS ? tooMany('defaults', `holds ${defaults} values, at most ${MAX_DEFAULTS}`) : undefined
}

function tooMany(key: string, text: string): ConfigFinding {
  return { code: 'FW_CONFIG_SIZE', path: [key], atKey: true, text: about(text) }
}

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1)
}
