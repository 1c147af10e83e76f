/** What each key is where no configuration says otherwise: the schema's own, for commands that work without a file. */
import type { CameraSettings, ModelSettings } from '../core/settings.js'
import { configSchema } from './schema.js'
import { toSettings } from './to-settings.js'

const config = configSchema.parse({ unit: 'none', cameras: [{ id: 'none', url: '/none' }] })
const { models, cameras } = toSettings(config, { mqtt: {}, cameras: [] }, '/')
const { id: _, url: __, ...camera } = cameras[0]!

export const DEFAULT_MODELS: ModelSettings = models
export const DEFAULT_CAMERA: Omit<CameraSettings, 'id' | 'url'> = camera
