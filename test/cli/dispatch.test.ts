import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseArguments } from '../../src/cli/arguments.js'
import type { Command } from '../../src/cli/command.js'
import type { CommandEntry } from '../../src/cli/commands.js'
import { dispatch } from '../../src/cli/dispatch.js'
import { FwError } from '../../src/core/errors.js'

function entry(name: string, run: Command['run']): CommandEntry {
  const summary = `Does ${name}`
  return { name, summary, load: async () => ({ name, usage: `${name} FILE`, summary, help: 'Example:\n  x', run }) }
}

const list = [
  entry('check', async (argv) => parseArguments(argv, { json: { type: 'boolean' } }).positionals.length),
  entry('scan', async (argv) => argv.length),
  entry('run', async () => {
    throw new FwError('FW_CONFIG_MISSING', 'no-such.yaml: no such file')
  }),
  entry('probe', async () => {
    throw new FwError('FW_CAMERA_DNS', 'camera.example: no address')
  }),
  entry('doctor', async () => {
    throw new TypeError('x is not a function')
  }),
]

async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(console, 'log').mockImplementation(() => {})
  const err = vi.spyOn(console, 'error').mockImplementation(() => {})
  const code = await dispatch(argv, { list })
  return { code, out: out.mock.calls.flat().join('\n'), err: err.mock.calls.flat().join('\n') }
}

afterEach(() => vi.restoreAllMocks())

describe('dispatch', () => {
  it('hands a command what follows its name and passes its exit code on', async () => {
    expect((await call('scan', 'a', 'b', '--json')).code).toBe(3)
  })

  it('lists every command with its summary', async () => {
    const { code, out } = await call('--help')
    expect(code).toBe(0)
    for (const { name, summary } of list) expect(out).toMatch(new RegExp(`${name} +${summary}`))
  })

  it('says how to use it when nothing is asked for', async () => {
    const { code, out, err } = await call()
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('Usage: framewarden COMMAND')
  })

  it.each([[['scan', '--help']], [['scan', 'x', '-h']], [['help', 'scan']]])('prints help for %j', async (argv) => {
    const { code, out } = await call(...argv)
    expect(code).toBe(0)
    expect(out).toBe('Usage: framewarden scan FILE\n\nDoes scan.\n\nExample:\n  x')
  })

  it('leaves --help behind -- to the command', async () => {
    expect((await call('scan', '--', '--help')).code).toBe(2)
  })

  it('prints the version', async () => {
    expect((await call('--version')).out).toMatch(/^\d+\.\d+\.\d+/)
  })

  it.each([
    ['scna', 'unknown command scna, did you mean scan?'],
    ['--verson', 'unknown option --verson, did you mean --version?'],
    ['entirely-else', 'unknown command entirely-else.'],
  ])('refuses %s', async (name, text) => {
    const { code, err } = await call(name)
    expect(code).toBe(2)
    expect(err).toContain(`FW_USAGE: ${text}`)
  })

  it("names the command's own help when its arguments are wrong", async () => {
    const { code, err } = await call('check', '--hlep')
    expect(code).toBe(2)
    expect(err).toBe('FW_USAGE: unknown option --hlep, did you mean --help? See `framewarden check --help`.')
    expect((await call('chekc')).err).toContain('See `framewarden --help`.')
  })

  it.each([
    [
      'run',
      2,
      'FW_CONFIG_MISSING: no-such.yaml: no such file. Name a configuration file that is there and that this user may read.',
    ],
    ['probe', 1, 'FW_CAMERA_DNS: camera.example: no address.'],
    ['doctor', 1, 'FW_INTERNAL: x is not a function.'],
  ])('turns what %s throws into exit code %i', async (name, code, line) => {
    const result = await call(name)
    expect(result.code).toBe(code)
    expect(result.err).toContain(line)
  })
})

describe('parseArguments', () => {
  const options = { json: { type: 'boolean' }, out: { type: 'string' } } as const

  it('takes options in any place', () => {
    const { values, positionals } = parseArguments(['a', '--json', 'b', '--out=x'], options)
    expect({ ...values, positionals }).toEqual({ json: true, out: 'x', positionals: ['a', 'b'] })
  })

  it.each([
    [['--jsno'], 'unknown option --jsno, did you mean --json?'],
    [['--hlep'], 'unknown option --hlep, did you mean --help?'],
    [['-jsno'], 'unknown option -jsno, did you mean --json?'],
    [['-x'], 'unknown option -x'],
    [['--zzzzzz'], 'unknown option --zzzzzz'],
    [['--out'], "Option '--out <value>' argument missing"],
    [['--json=1'], "Option '--json' does not take an argument"],
  ])('refuses %j', (argv, text) => {
    expect(() => parseArguments(argv, options)).toThrow(expect.objectContaining({ code: 'FW_USAGE', message: text }))
  })
})
