/** What `doctor` says about execution providers: each tried in a process of its own, which a broken driver may crash. */
import { execFile } from 'node:child_process'
import { programPath } from '../core/program-path.js'
import type { Provider } from '../core/settings.js'
import { missingLibrary } from './missing-library.js'
import { listSupportedBackends } from './runtime.js'

export interface ProviderFound {
  readonly provider: Provider
  /** Compiled into this installation; its libraries may lack all the same. */
  readonly compiled: boolean
  readonly usable: boolean
  /** Why it is not usable: the library that is missing, else ONNX Runtime's words. */
  readonly text?: string
}

const PROBE_MS = 30_000

/** In the order cpu, cuda, tensorrt. */
export function describeProviders(): Promise<readonly ProviderFound[]> {
  const compiled = new Set(listSupportedBackends().map((backend) => backend.name))
  const probes = (['cpu', 'cuda', 'tensorrt'] as const).map(async (provider) => {
    const text = compiled.has(provider) ? await probe(provider) : 'not compiled into this onnxruntime-node'
    return { provider, compiled: compiled.has(provider), usable: text === undefined, text }
  })
  return Promise.all(probes)
}

/** undefined: it works. */
function probe(provider: Provider): Promise<string | undefined> {
  const argv = [programPath('./provider-probe.js', import.meta.url), provider]
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { timeout: PROBE_MS }, (error, _, stderr) => {
      if (!error) resolve(undefined)
      else if (error.signal) resolve(`ended by ${error.signal}`)
      else resolve(reasonOf(stderr))
    })
  })
}

/** `… with error: PATH: cannot open shared object file: No such file or directory` is what an operator can act on. */
function reasonOf(stderr: string): string {
  const missing = missingLibrary(stderr)
  if (missing !== undefined) return `${missing} is missing`
  return stderr.trim().split('\n').at(-1) ?? 'refused without a word'
}
