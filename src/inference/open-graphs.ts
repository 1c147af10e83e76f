/** The networks of a bundle, on the runtime that `models.runtime` names or that proves itself fastest. */
import type { ModelSettings } from '../core/settings.js'
import type { Bundle } from './bundle.js'
import { fastest } from './fastest.js'
import { checkOutputs } from './graph-shape.js'
import { type OpenGraphs, openOnRuntime, type SessionsOptions, type Wanted } from './graphs-on-runtime.js'
import { nodeRuntime } from './node-runtime.js'
import { hasOnnxRuntime } from './python/find-python.js'
import { startPythonRuntime } from './python/python-runtime.js'

export interface ChosenGraphs<Name extends string> extends OpenGraphs<Name> {
  /** Why this runtime, for people. */
  readonly why: string
}

/**
 * `check` throws where open networks compute something else than they should; with `auto` the other runtime may do better.
 * Throws what `openOnRuntime` and `check` throw, and FW_WORKER_*.
 */
export async function openGraphs<Name extends string>(
  bundle: Bundle,
  wanted: Wanted<Name>,
  models: ModelSettings,
  options: SessionsOptions,
  check: (graphs: OpenGraphs<Name>) => Promise<void> = async () => {},
): Promise<ChosenGraphs<Name>> {
  for (const name in wanted) checkOutputs(name, wanted[name].spec, wanted[name].reads)
  const checked = async (graphs: OpenGraphs<Name>) => {
    try {
      await check(graphs)
      return graphs
    } catch (error) {
      await graphs.release()
      throw error
    }
  }
  const onNode = async () => checked(await openOnRuntime(nodeRuntime, bundle, wanted, models, options))
  const onPython = async () => {
    const runtime = await startPythonRuntime({ python: models.python, cacheDir: options.cacheDir })
    try {
      return await checked(await openOnRuntime(runtime, bundle, wanted, models, options))
    } finally {
      await runtime.close()
    }
  }
  if (models.runtime === 'node') return { ...(await onNode()), why: 'models.runtime: node' }
  if (models.runtime === 'python') return { ...(await onPython()), why: 'models.runtime: python' }
  // Python is asked while Node opens the networks: where it has nothing to offer, nobody has waited for it.
  const asked = hasOnnxRuntime(models.python)
  const onNodeAlready = onNode()
  onNodeAlready.catch(() => {}) // its error is thrown below
  if (!(await asked))
    return { ...(await onNodeAlready), why: `models.runtime: auto, as ${models.python} has no onnxruntime` }
  const { opened, why } = await fastest(
    { name: 'node', open: () => onNodeAlready },
    { name: 'python', open: onPython },
    async (graphs) => {
      for (const name in wanted) await graphs.run(name, wanted[name].usual)
    },
  )
  return { ...opened, why: `models.runtime: auto, ${why}` }
}
