/** What ops have set beside the configuration, such as from Home Assistant: kept in state_dir, laid over each file that is read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../core/settings.js'
import { keepFile } from '../files/kept-file.js'
import { isMargin, type Margin } from './camera-order.js'

export interface Overrides {
  /** `file` with what was set. */
  over(file: Settings): Settings
  /** `auto`: as the configuration says. Resolves when it is on disk, or could not be written. */
  setMargin(cameraId: string, margin: Margin): Promise<void>
}

/** A missing or damaged file holds none; `onFailure` hears of one that cannot be read or written. */
export function openOverrides(stateDir: string, onFailure: (text: string) => void): Overrides {
  const path = join(stateDir, 'overrides.json')
  const failed = (error: unknown) => onFailure(`${path}: ${(error as Error).message}`)
  const file = keepFile(path, { onFailure: failed })
  const margins = readMargins(path, failed)
  return {
    over: (settings) => ({
      ...settings,
      cameras: settings.cameras.map((camera) => {
        const margin = margins.get(camera.id)
        return margin === undefined ? camera : { ...camera, detection: { ...camera.detection, margin } }
      }),
    }),
    setMargin(cameraId, margin) {
      if (margin === 'auto') margins.delete(cameraId)
      else margins.set(cameraId, margin)
      file.put(`${JSON.stringify({ margins: Object.fromEntries(margins) })}\n`)
      return file.flush()
    },
  }
}

function readMargins(path: string, failed: (error: unknown) => void): Map<string, Margin> {
  try {
    const { margins } = JSON.parse(readFileSync(path, 'utf8')) as { margins?: Record<string, unknown> }
    return new Map(Object.entries(margins ?? {}).filter((entry): entry is [string, Margin] => isMargin(entry[1])))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failed(error)
    return new Map()
  }
}
