/** `framewarden evaluate`: a bundle's figures on labelled pictures. */
import { FwError } from '../core/errors.js'
import { evaluate } from '../evaluate/evaluate.js'
import { evaluationJson, evaluationTable } from '../evaluate/report.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const OPTIONS = { model: { type: 'string' }, json: { type: 'boolean', default: false } } as const

export const evaluateCommand: Command = {
  name: 'evaluate',
  usage: 'evaluate --model NAME DIR [--json]',
  summary: "A bundle's figures on a folder of labelled pictures",
  help: `
DIR holds pictures and labels.csv with the columns file,label[,group]. Prints, for each group and in all, how many pictures and,
as shares of 0..1:

  undefended  right answers of the target network on the pictures as they are
  gated       right answers where flagged pictures are purified first, as in service
  purified    right answers where all pictures are purified
  accuracy    right verdicts, clean or perturbed
  flagged     pictures called perturbed

Bundles of task classification take class names or numbers for labels and have no accuracy of the verdict; camera bundles take
clean and perturbed and have no target. What has no meaning is null.

  --model NAME   bundle under models/, or a path to one
  --json         one JSON object: model, provider, groups, all

Example: framewarden evaluate --model camera pictures/ --json`,
  run,
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [dir, ...others] = positionals
  if (values.model === undefined) throw new FwError('FW_USAGE', 'evaluate: no --model NAME')
  if (dir === undefined || others.length > 0) throw new FwError('FW_USAGE', 'evaluate: takes one DIR')
  const evaluation = await evaluate(dir, values.model, showProgress)
  console.log((values.json ? evaluationJson : evaluationTable)(evaluation))
  return EXIT.done
}

function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(done < of ? `\r${done}/${of}` : '\r\x1b[K')
}
