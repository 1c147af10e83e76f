/** Options and positionals of a command, with the one way to say that they are wrong. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../core/did-you-mean.js'
import { FwError } from '../core/errors.js'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>

/**
 * Parses what follows a command's name by node:util's rules (`--name value`, `--name=value`, `-n`, `--` ends the options).
 * Throws FW_USAGE for an unknown option (with the nearest known one), a missing value, or a value where none belongs.
 */
export function parseArguments<const O extends Options>(argv: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (!isParseError(error)) throw error
    throw new FwError('FW_USAGE', usageText(error, argv, Object.keys(options)), { cause: error })
  }
}

function isParseError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

function usageText(error: Error & { code: string }, argv: readonly string[], names: readonly string[]): string {
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const given = asTyped(/'(-[^']*)'/.exec(error.message)?.[1] ?? '', argv)
    // every command has --help; dispatch sees to it
    const nearest = didYouMean(given.replace(/^-+/, ''), [...names, 'help'])
    return `unknown option ${given}${nearest ? `, did you mean --${nearest}?` : ''}`
  }
  return error.message.split('. ')[0]!.replace(/\.$/, '')
}

/** `-jsno` is taken apart into letters, of which the first unknown one is named. */
function asTyped(option: string, argv: readonly string[]): string {
  if (option.startsWith('--') || argv.includes(option)) return option
  return argv.find((word) => /^-[^-]/.test(word) && word.includes(option.slice(1))) ?? option
}
