import { afterEach, describe, expect, it, vi } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.js'
import { withinColumns } from '../../src/cli/schema-width.js'
import { keyTable } from '../../src/config/key-table.js'
import { allKeys } from '../../src/config/schema-walk.js'

afterEach(() => vi.restoreAllMocks())

async function schema(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const code = await dispatch(['schema', ...argv])
  return { code, out: out.mock.calls.flat().join('\n'), err: err.mock.calls.flat().join('\n') }
}

describe('schema', () => {
  it('lists every key with default and reload effect', async () => {
    const { code, out } = await schema()
    expect(code).toBe(0)
    expect(out).toMatch(/^unit +required +process$/m)
    expect(out).toMatch(/^cameras\.timeouts\.stall +5s +camera$/m)
    expect(out).toMatch(
      /^ {4}Without a picture for this long the stream is opened again\. Takes a duration from 100ms/m,
    )
    for (const key of allKeys()) expect(out).toContain(`${key.path.join('.')} `)
  })

  it('says of every key what it is, what it takes and what it restarts', () => {
    for (const { path, meta } of allKeys()) {
      expect(meta.description, path.join('.')).toMatch(/^[A-Z].*\.$/)
      expect(meta.effect, path.join('.')).toMatch(/^(live|camera|guard|broker|process)$/)
    }
  })

  it('keeps within the width of a terminal', () => {
    const table = keyTable()!
    const narrow = withinColumns(table, 60)
    expect(narrow.split('\n').filter((line) => line.startsWith(' ') && line.length > 60)).toEqual([])
    expect(narrow.split(/\s+/)).toEqual(table.split(/\s+/))
    expect(withinColumns(table, undefined)).toBe(table)
  })

  it('lists a section alone', async () => {
    const { out } = await schema('cameras.frame')
    expect(out.match(/^\S+/gm)).toEqual(['KEY', 'cameras.frame.width', 'cameras.frame.rate'])
  })

  it.each(['config', 'alert', 'state', 'camera-state', 'stats', 'diagnostic'])(
    'prints JSON Schema of %s',
    async (name) => {
      const { code, out } = await schema(name)
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: expect.any(Object),
      })
    },
  )

  it('gives editors text, default and effect of a key', async () => {
    const { properties } = JSON.parse((await schema('config')).out)
    expect(properties.cameras.items.properties.frame.properties.width).toEqual({
      description:
        'Width at which frames are judged; the height follows the picture. Takes a multiple of 8 from 64 to 1920.',
      default: 640,
      type: 'integer',
      minimum: 64,
      maximum: 1920,
      multipleOf: 8,
      'x-reload': 'camera',
      'x-unit': 'pixels',
    })
    expect(properties.defaults.required).toBeUndefined()
  })

  it.each([
    ['alrt', 'did you mean alert?'],
    ['cameras.timeout', 'did you mean cameras.timeouts?'],
    ['constructor', 'no schema is called constructor'],
  ])('refuses %s', async (name, text) => {
    const { code, err } = await schema(name)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })
})
