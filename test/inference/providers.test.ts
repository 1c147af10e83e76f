import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { FwError } from '../../src/core/errors.js'
import { openOnFirst, providerOrder } from '../../src/inference/providers.js'
import { MODELS } from './pictures.js'

const ENGINE = new URL('../../dist/inference/engine.js', import.meta.url)

const without = (...missing: string[]) => {
  return async (provider: string) => {
    if (missing.includes(provider)) throw new Error(`no ${provider} here`)
    return provider
  }
}

describe('providers', () => {
  it('auto is cuda, then cpu; TensorRT only where asked for', () => {
    expect(providerOrder('auto')).toEqual(['cuda', 'cpu'])
    expect(providerOrder(['tensorrt', 'cpu'])).toEqual(['tensorrt', 'cpu'])
  })

  it('are tried one by one, and what was passed over is reported', async () => {
    const found = await openOnFirst(
      { providers: ['tensorrt', 'cuda', 'cpu'], requireGpu: false },
      without('tensorrt', 'cuda'),
    )
    expect(found).toEqual({
      opened: 'cpu',
      provider: 'cpu',
      refusals: [
        { provider: 'tensorrt', text: 'no tensorrt here' },
        { provider: 'cuda', text: 'no cuda here' },
      ],
    })
  })

  it.each([
    { providers: ['cuda'] as const, requireGpu: false, missing: ['cuda'], code: 'FW_PROVIDER_UNAVAILABLE' },
    { providers: ['cuda', 'cpu'] as const, requireGpu: true, missing: ['cuda'], code: 'FW_GPU_REQUIRED' },
    { providers: ['cpu'] as const, requireGpu: false, missing: ['cpu'], code: 'FW_MODEL_LOAD' },
  ])(
    '$providers without $missing, GPU required $requireGpu: $code',
    async ({ providers, requireGpu, missing, code }) => {
      await expect(openOnFirst({ providers, requireGpu }, without(...missing))).rejects.toMatchObject({ code })
    },
  )

  it('are not tried further once the network itself is refused', async () => {
    const tried: string[] = []
    const opening = openOnFirst({ providers: ['cuda', 'cpu'], requireGpu: false }, async (provider) => {
      tried.push(provider)
      throw new FwError('FW_MODEL_SHAPE', 'wrong')
    })
    await expect(opening).rejects.toMatchObject({ code: 'FW_MODEL_SHAPE' })
    expect(tried).toEqual(['cuda'])
  })

  it('that will not start leave no red line on stderr, and nothing in TMPDIR: no profile, no telemetry', () => {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'fw-providers-'))
    const models = { ...MODELS, providers: ['tensorrt', 'cuda', 'cpu'] }
    const program = `import { startEngine } from ${JSON.stringify(fileURLToPath(ENGINE))}
      const engine = await startEngine(${JSON.stringify(models)})
      console.log(engine.provider)
      await engine.close()`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR },
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^(cpu|cuda|tensorrt)\n$/)
    expect(readdirSync(TMPDIR)).toEqual([])
    rmSync(TMPDIR, { recursive: true })
  })
})
