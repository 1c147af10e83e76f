/** From the command line to a command, and from what it threw to an exit code. */
import { ConfigError, problemLine } from '../config/problem.js'
import { didYouMean } from '../core/did-you-mean.js'
import { describe, FwError } from '../core/errors.js'
import { printable } from '../core/printable.js'
import type { Command } from './command.js'
import { type CommandEntry, commands } from './commands.js'
import { EXIT } from './exit.js'
import { version } from './version.js'

export interface DispatchOptions {
  readonly list?: readonly CommandEntry[]
  /** Aborts when nobody takes the results any more. */
  readonly output?: AbortSignal
}

/** Runs the command that `argv` (without node and script) names; resolves to the exit code, never rejects. */
export async function dispatch(argv: readonly string[], options: DispatchOptions = {}): Promise<number> {
  const { list = commands, output = new AbortController().signal } = options
  try {
    return await choose(argv, list, output)
  } catch (error) {
    // Stopped because nobody reads: no failure of its own.
    if (output.aborted) return EXIT.done
    // The stack stands above a bug's line: its remedy asks for it. An expected failure needs none.
    if (!(error instanceof FwError) && error instanceof Error && error.stack)
      console.error(printable(error.stack, { keepLines: true }))
    if (error instanceof ConfigError)
      for (const problem of error.problems) console.error(problemLine(error.file, problem))
    else console.error(describe(error))
    return exitCodeOf(error)
  }
}

async function choose(argv: readonly string[], list: readonly CommandEntry[], output: AbortSignal): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined) {
    console.error(overview(list))
    return EXIT.usage
  }
  if (name === '--version' || name === '-V') return say(version)
  if (name === '--help' || name === '-h') return say(overview(list))
  if (name === 'help') return say(rest[0] === undefined ? overview(list) : helpOf(await find(rest[0], list)))
  const command = await find(name, list)
  return asksForHelp(rest) ? say(helpOf(command)) : run(command, rest, output)
}

/** What is wrong with a command's arguments is explained by its own help. */
async function run(command: Command, argv: readonly string[], output: AbortSignal): Promise<number> {
  try {
    return await command.run(argv, output)
  } catch (error) {
    if (!(error instanceof FwError) || error.code !== 'FW_USAGE') throw error
    const remedy = `See \`framewarden ${command.name} --help\`.`
    throw new FwError(error.code, error.message, { cause: error, remedy })
  }
}

function find(name: string, list: readonly CommandEntry[]): Promise<Command> {
  const entry = list.find((candidate) => candidate.name === name)
  if (entry) return entry.load()
  const what = name.startsWith('-') ? 'option' : 'command'
  const nearest = didYouMean(name.replace(/^-+/, ''), [...list.map((candidate) => candidate.name), 'help', 'version'])
  const dashes = nearest === 'help' || nearest === 'version' ? '--' : ''
  throw new FwError('FW_USAGE', `unknown ${what} ${name}${nearest ? `, did you mean ${dashes}${nearest}?` : ''}`)
}

function say(text: string): number {
  console.log(text)
  return EXIT.done
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const options = end < 0 ? argv : argv.slice(0, end)
  return options.includes('--help') || options.includes('-h')
}

function helpOf(command: Command): string {
  return `Usage: framewarden ${command.usage}\n\n${command.summary}.\n\n${command.help.trim()}`
}

function overview(list: readonly CommandEntry[]): string {
  const width = Math.max(...list.map((entry) => entry.name.length))
  const lines = list.map((entry) => `  ${entry.name.padEnd(width)}  ${entry.summary}`)
  return [
    'Usage: framewarden COMMAND [ARGUMENTS]',
    '',
    'Guards camera streams: judges every frame for adversarial perturbation, cleans what is flagged, tells ops over MQTT.',
    '',
    'Commands:',
    ...lines,
    '',
    'framewarden COMMAND --help says more, with an example. framewarden --version prints the version.',
    'Exit codes: 0 done, 1 the work failed, 2 usage or config wrong, 3 scan found an incident.',
  ].join('\n')
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof FwError)) return EXIT.failed
  return error.code === 'FW_USAGE' || error.code.startsWith('FW_CONFIG_') ? EXIT.usage : EXIT.failed
}
