/** What a reload changes, and what each change restarts. */
import { isDeepStrictEqual } from 'node:util'
import type { CameraSettings, Settings } from '../core/settings.js'
import type { Effect } from './leaf.js'
import { allKeys, type Key } from './schema-walk.js'

/** `path` as in the file, `cameras.<id>.…` for a camera's key; a camera that comes or goes is one change, `cameras.<id>`. */
export interface Change {
  readonly path: string
  readonly effect: Effect
  /** The camera concerned. */
  readonly camera?: string
  readonly kind: 'changed' | 'added' | 'removed'
}

/** Every difference, in the schema's order, then by camera in the order of `before`, then of `after`. */
export function diffSettings(before: Settings, after: Settings): Change[] {
  const keys = allKeys()
  const unitKeys = keys.filter((key) => key.path[0] !== 'cameras' && key.path[0] !== 'webhooks')
  const cameraKeys = keys.filter((key) => key.path[0] === 'cameras').map((key) => ({ ...key, path: key.path.slice(1) }))
  const olds = new Map(before.cameras.map((camera) => [camera.id, camera]))
  const news = new Map(after.cameras.map((camera) => [camera.id, camera]))
  return [
    ...changes(unitKeys, before, after, {}),
    ...webhookChange(before, after),
    ...before.cameras.flatMap((old) => cameraChanges(cameraKeys, old, news.get(old.id))),
    ...after.cameras.filter((camera) => !olds.has(camera.id)).map((camera) => wholeCamera(camera, 'added')),
  ]
}

/** Where the key's value stands in Settings: `detection.clear_after` at detection.clearAfterMs. `path` within its holder. */
export function settingsPath(key: Pick<Key, 'path' | 'meta'>): readonly string[] {
  const names = key.path.map((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
  return [...names.slice(0, -1), names.at(-1)! + (key.meta.unit === 'duration' ? 'Ms' : '')]
}

/** They have no names: one change for all of them. */
function webhookChange({ webhooks: before }: Settings, { webhooks: after }: Settings): Change[] {
  return isDeepStrictEqual(before, after) ? [] : [{ path: 'webhooks', effect: 'live', kind: 'changed' }]
}

function cameraChanges(keys: readonly Key[], old: CameraSettings, now: CameraSettings | undefined): Change[] {
  return now ? changes(keys, old, now, { camera: old.id }) : [wholeCamera(old, 'removed')]
}

function changes(keys: readonly Key[], before: object, after: object, of: { camera?: string }): Change[] {
  const prefix = of.camera === undefined ? '' : `cameras.${of.camera}.`
  return keys
    .filter((key) => !isDeepStrictEqual(valueAt(before, settingsPath(key)), valueAt(after, settingsPath(key))))
    .map((key) => ({ path: prefix + key.path.join('.'), effect: key.meta.effect, ...of, kind: 'changed' }))
}

function wholeCamera(camera: CameraSettings, kind: 'added' | 'removed'): Change {
  return { path: `cameras.${camera.id}`, effect: 'camera', camera: camera.id, kind }
}

function valueAt(holder: unknown, path: readonly string[]): unknown {
  let value = holder
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name]
  return value
}
