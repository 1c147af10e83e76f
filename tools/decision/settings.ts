/** The decision as it ships: defaults of a camera, and what the camera bundle says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_CAMERA } from '../../src/config/defaults.js'
import type { Calibration } from '../../src/core/calibration.js'
import { watchSettings } from '../../src/core/watch.js'

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../models/camera/manifest.json'), 'utf8'))

export const BUNDLE = { name: manifest.name as string, version: manifest.version as string }
export const SETTINGS = watchSettings(DEFAULT_CAMERA, manifest)
/** How rare a score that is C's is among all cameras' clean ones, in mode `cascade`. */
export const CALIBRATION = manifest.calibration.cascade as Calibration
