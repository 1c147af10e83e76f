import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.js'
import { sourceExcerpt } from '../../src/cli/source-excerpt.js'
import { parseConfig } from '../../src/config/parse.js'

const LEAST = 'unit: gate-7\ncameras:\n  - id: north-door\n    url: rtsp://10.0.0.12/stream2\n'

let file: string
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'framewarden-check-')), 'config.yaml')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(join(file, '..'), { recursive: true, force: true })
})

async function check(text: string, ...more: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  await writeFile(file, text)
  const code = await dispatch(['check-config', file, ...more])
  return { code, out: out.mock.calls.flat().join('\n'), err: err.mock.calls.flat().join('\n') }
}

describe('check-config', () => {
  it('says ok, and of what', async () => {
    expect(await check(`${LEAST}mqtt: { url: mqtts://broker:8883 }\n`)).toEqual({
      code: 0,
      out: 'ok: 1 camera (north-door), broker mqtts://broker:8883, unit gate-7',
      err: '',
    })
  })

  it('names every problem with its place and remedy', async () => {
    const { code, out, err } = await check(`${LEAST}    transport: tpc\nloging: {}\n`)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.split('\n')).toEqual([
      `${file}:5:16: FW_CONFIG_VALUE: cameras[0].transport takes tcp or udp, not 'tpc'; did you mean tcp? Correct the value; \`framewarden schema\` says what the key takes.`,
      `${file}:6:1: FW_CONFIG_KEY: unknown key 'loging'; did you mean log? Remove the key or correct its name; \`framewarden schema\` lists all keys.`,
    ])
  })

  it('checks each of several files, and is wrong where one is', async () => {
    const other = join(file, '../other.yaml')
    await writeFile(other, LEAST.replace('gate-7', 'gate-8'))
    const { code, out, err } = await check('unit: gate-7\n', other)
    expect([code, out]).toEqual([2, 'ok: 1 camera (north-door), no broker, unit gate-8'])
    expect(err).toMatch(/config\.yaml:1:1: FW_CONFIG_\w+: .*cameras/)
  })

  it('looks references up, unless it is asked not to', async () => {
    const text = `${LEAST}    username: u\n    password: { env: FRAMEWARDEN_NO_SUCH_VARIABLE }\n`
    const { code, err } = await check(text)
    expect(code).toBe(2)
    expect(err).toContain(
      ':6:5: FW_CONFIG_SECRET: cameras[0].password { env: FRAMEWARDEN_NO_SUCH_VARIABLE } is not set.',
    )
    expect((await check(text, '--no-secrets')).code).toBe(0)
  })

  it('speaks of a file that is not there', async () => {
    const err = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(await dispatch(['check-config', `${file}.gone`])).toBe(2)
    expect(err.mock.calls.flat()).toEqual([
      `FW_CONFIG_MISSING: ${file}.gone: no such file. Name a configuration file that is there and that this user may read.`,
    ])
  })

  it.each([
    ['a value', `${LEAST}guards: "\\e[2Jx"\n`],
    ['a key', `${LEAST}"\\e[2Jx": 1\n`],
    ['an address', LEAST.replace('rtsp://10.0.0.12/stream2', '"/clips/\\e[2Jx"')],
    ['a reference', `${LEAST}    username: u\n    password: { file: "\\u202ex" }\n`],
    ['a character of the file itself', `${LEAST}guards: \u009b2J\n`],
  ])('hands no escape to the terminal: %s', async (_, text) => {
    const renamed = join(file, '..', 'c\u001b]0;t\u0007.yaml')
    file = renamed
    const { code, err } = await check(text)
    expect(code).toBe(2)
    expect(err).toContain('c\\x1b]0;t\\x07.yaml:')
    expect(err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_C}]/u)
  })

  it.each([[[]], [['a', '--no-secret']]])('refuses the arguments %j', async (argv) => {
    const err = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(await dispatch(['check-config', ...argv])).toBe(2)
    expect(err.mock.calls.flat().join()).toContain('FW_USAGE')
  })
})

describe('sourceExcerpt', () => {
  function excerpts(text: string): (string | undefined)[] {
    return parseConfig(text).problems.map((problem) => sourceExcerpt(text, problem))
  }

  it('puts a caret under the place', () => {
    expect(excerpts(`${LEAST}    transport: tpc\n`)).toEqual(['  5 |     transport: tpc\n    |                ^'])
  })

  it('shows a part of a long line', () => {
    const [excerpt] = excerpts(
      `${LEAST}models: { ${'threads: 1, '.repeat(1)}bundle: ${'x'.repeat(300)}, precision: int9 }\n`,
    )
    const [line, caret] = excerpt!.split('\n')
    expect(line?.length).toBeLessThan(110)
    expect(line?.slice(caret!.indexOf('^')).startsWith('int9')).toBe(true)
  })

  it.each([
    ['the secret itself', `${LEAST}    password: hunter2\n`],
    ['a secret beside another problem', `${LEAST}    frame: { width: 1, pasword: hunter2 }\n`],
    ['a secret in an address', `unit: u\ncameras: [{ id: A, url: rtsp://a:hunter2@b/ }]\n`],
    ['a secret that a missing quote cuts in two', `${LEAST}    username: u\n    password: "a\n hunter2\n`],
  ])('does not show %s', (_, text) => {
    const shown = excerpts(text)
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.join('')).not.toContain('hunter2')
  })
})
