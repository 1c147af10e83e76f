import { describe, expect, it } from 'vitest'
import { describeProviders } from '../../src/inference/describe-providers.js'

describe('providers as doctor tells them', () => {
  it('work, or lack a library that is named', async () => {
    const found = await describeProviders()
    expect(found.map(({ provider }) => provider)).toEqual(['cpu', 'cuda', 'tensorrt'])
    expect(found[0]).toEqual({ provider: 'cpu', compiled: true, usable: true, text: undefined })
    for (const { usable, compiled, text } of found.slice(1)) {
      const why = compiled ? /^lib\w+\.so\S* is missing$/ : /^not compiled/
      expect(text).toEqual(usable ? undefined : expect.stringMatching(why))
    }
  })
})
