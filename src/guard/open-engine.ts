/** The engine of a guard: on the bundle of the configuration, else on the one that judged here before. */
import { keepBundle, keptBundle } from '../bundles/kept-bundle.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { ModelSettings } from '../core/settings.js'
import { findBundle } from '../inference/bundle.js'
import { type Engine, engineCacheDir, startEngine } from '../inference/engine.js'

/**
 * Starts the engine and keeps a copy of its bundle once that has judged its golden frames. A bundle that cannot be used is
 * told (FW_MODEL_ROLLED_BACK) and the kept one takes its place, under the same rules (signature, provider).
 * Throws what `startEngine` throws for the bundle of the configuration where there is none, or that one fails, too.
 */
export async function openEngine(
  models: ModelSettings,
  stateDir: string,
  report: (diagnostic: Diagnostic) => void,
): Promise<Engine> {
  const options = { cacheDir: engineCacheDir(stateDir) }
  try {
    const engine = await startEngine(models, options)
    void keepBundle(stateDir, findBundle(models.bundle), engine.model.sha256).catch((error) =>
      report(diagnostic('FW_STATE_DIR', 'guard', `no copy of the bundle is kept: ${error.message}`)),
    )
    return engine
  } catch (error) {
    const kept = error instanceof FwError && error.code.startsWith('FW_MODEL_') && (await keptBundle(stateDir))
    if (!kept) throw error
    const engine = await startEngine({ ...models, bundle: kept }, options).catch(() => {
      throw error
    })
    const { name, version } = engine.model
    const text = `${name} ${version}, which judged here before, judges; ${error.code}: ${error.message}`
    report(diagnostic('FW_MODEL_ROLLED_BACK', 'guard', text))
    return engine
  }
}
