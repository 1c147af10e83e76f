/** `framewarden check-config`: is this file right, and if not, where is it wrong. */
import { loadConfig, readConfigText } from '../config/load.js'
import { parseConfig } from '../config/parse.js'
import { ConfigError, type ConfigProblem, problemLine } from '../config/problem.js'
import { FwError } from '../core/errors.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'
import { sourceExcerpt } from './source-excerpt.js'

export const checkConfig: Command = {
  name: 'check-config',
  usage: 'check-config FILE... [--no-secrets]',
  summary: 'Check a configuration and point at what is wrong',
  help: `Checks each FILE whole: syntax, keys, values, and that secrets and certificates can be read. Says \`ok\` on standard output, or
each problem with line, column and remedy on standard error.

Options:
  --no-secrets   leave secrets and certificates alone: for a file that is meant for another machine, or whose
                 credentials systemd hands to the service only

Exit: 0 all right, 2 one is wrong.

Example:
  framewarden check-config /etc/framewarden/config.yaml`,
  async run(argv) {
    const { values, positionals } = parseArguments(argv, { 'no-secrets': { type: 'boolean' } })
    if (positionals.length === 0) throw new FwError('FW_USAGE', 'check-config takes a FILE')
    let code: number = EXIT.done
    for (const file of positionals) if (!(await checkOne(file, values))) code = EXIT.usage
    return code
  },
}

async function checkOne(file: string, { 'no-secrets': noSecrets }: { 'no-secrets'?: boolean }): Promise<boolean> {
  const source = await readConfigText(file)
  const { config, problems } = parseConfig(source)
  const wrong = config && !noSecrets ? await problemsOfReferences(file) : problems
  for (const problem of wrong) console.error(problemText(file, source, problem))
  if (wrong.length > 0 || !config) return false
  console.log(
    summary(
      config.unit,
      config.cameras.map((camera) => camera.id),
      config.mqtt?.url,
    ),
  )
  return true
}

async function problemsOfReferences(file: string): Promise<readonly ConfigProblem[]> {
  try {
    await loadConfig(file)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function problemText(file: string, source: string, problem: ConfigProblem): string {
  const excerpt = process.stderr.isTTY ? sourceExcerpt(source, problem) : undefined
  return problemLine(file, problem) + (excerpt === undefined ? '' : `\n${excerpt}`)
}

function summary(unit: string, cameras: readonly string[], broker: string | undefined): string {
  const count = `${cameras.length} camera${cameras.length === 1 ? '' : 's'}`
  return `ok: ${count} (${cameras.join(', ')}), ${broker === undefined ? 'no broker' : `broker ${broker}`}, unit ${unit}`
}
