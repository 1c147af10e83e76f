/** Execution providers: the order in which they are tried. */
import { FwError } from '../core/errors.js'
import type { ModelSettings, Provider } from '../core/settings.js'

/** Why a provider was passed over. */
export interface Refusal {
  readonly provider: Provider
  readonly text: string
}

/** TensorRT is tried only when asked for: Node's binding takes no engine cache, so it rebuilds its engines at each start. */
export function providerOrder(wanted: ModelSettings['providers']): readonly Provider[] {
  return wanted === 'auto' ? ['cuda', 'cpu'] : wanted
}

/**
 * Opens something on the first provider that takes it. ONNX Runtime itself throws for ['cuda', 'cpu'] where CUDA's libraries
 * are missing, so each is tried alone. Coded errors of `open` end the search. Throws FW_GPU_REQUIRED, FW_MODEL_LOAD (the
 * CPU refused: it is the network) or FW_PROVIDER_UNAVAILABLE.
 */
export async function openOnFirst<T>(
  models: Pick<ModelSettings, 'providers' | 'requireGpu'>,
  open: (provider: Provider) => Promise<T>,
): Promise<{ opened: T; provider: Provider; refusals: readonly Refusal[] }> {
  const refusals: Refusal[] = []
  for (const provider of providerOrder(models.providers)) {
    if (provider === 'cpu' && models.requireGpu) throw gpuRequired(refusals)
    try {
      return { opened: await open(provider), provider, refusals }
    } catch (error) {
      if (error instanceof FwError) throw error
      const text = firstLine(error)
      if (provider === 'cpu') throw new FwError('FW_MODEL_LOAD', `provider cpu: ${text}`, { cause: error })
      refusals.push({ provider, text })
    }
  }
  if (models.requireGpu) throw gpuRequired(refusals)
  throw new FwError('FW_PROVIDER_UNAVAILABLE', `no provider can be used: ${spoken(refusals)}`)
}

function gpuRequired(refusals: readonly Refusal[]): FwError {
  const why = refusals.length > 0 ? spoken(refusals) : 'models.providers names no GPU provider'
  return new FwError('FW_GPU_REQUIRED', `models.require_gpu is on: ${why}`)
}

function spoken(refusals: readonly Refusal[]): string {
  return refusals.map(({ provider, text }) => `${provider}: ${text}`).join('; ')
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim()
}
