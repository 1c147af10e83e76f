/** `framewarden evaluate`: a bundle's figures on labelled pictures. */
import { availableParallelism } from 'node:os'
import { FwError } from '../core/errors.js'
import type { ModelSettings } from '../core/settings.js'
import { type Bundle, findBundle, readBundle } from '../inference/bundle.js'
import { isClassification } from '../inference/manifest.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { cameraEvaluator } from './evaluate-camera.js'
import { classEvaluator } from './evaluate-classes.js'
import { evaluatePictures } from './evaluate-pictures.js'
import type { Evaluation, Shares } from './evaluate-tally.js'
import { EXIT } from './exit.js'

const OPTIONS = { model: { type: 'string' }, json: { type: 'boolean', default: false } } as const
const MAX_PASSES = 3

export const evaluate: Command = {
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
  const auto = { providers: 'auto', precision: 'auto', threads: 'auto' } as const
  const models: ModelSettings = { bundle: values.model, ...auto, requireGpu: false, requireSignature: false }
  const bundle = await readBundle(findBundle(values.model))
  const options = { threads: availableParallelism(), maxPasses: MAX_PASSES }
  const evaluator = isClassification(bundle.manifest)
    ? await classEvaluator(bundle, models, options)
    : await cameraEvaluator(models, options)
  try {
    const evaluation = await evaluatePictures(dir, evaluator, showProgress)
    const print = values.json ? jsonOf : tableOf
    console.log(print(bundle, evaluator.provider, evaluation))
  } finally {
    await evaluator.close()
  }
  return EXIT.done
}

function jsonOf({ manifest, sha256 }: Bundle, provider: string, evaluation: Evaluation): string {
  const { name, version, task } = manifest
  return JSON.stringify({ model: { name, version, sha256 }, task, provider, ...evaluation })
}

function tableOf({ manifest }: Bundle, provider: string, { groups, all }: Evaluation): string {
  const columns = ['n', 'undefended', 'gated', 'purified', 'accuracy', 'flagged'] as const
  const rows = [...groups.map(({ group, ...shares }) => [group, shares] as const), ['all', all] as const]
  const width = Math.max(...rows.map(([name]) => name.length), 'group'.length)
  const cell = (shares: Shares, column: (typeof columns)[number]) => {
    const value = shares[column]
    return value === null ? '-' : column === 'n' ? String(value) : value.toFixed(4)
  }
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(width), ...cells.map((text, i) => text.padStart(Math.max(6, columns[i]!.length)))].join('  ')
  return [
    line('group', columns),
    ...rows.map(([name, shares]) =>
      line(
        name,
        columns.map((column) => cell(shares, column)),
      ),
    ),
    `model ${manifest.name} ${manifest.version} on ${provider}`,
  ].join('\n')
}

function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(done < of ? `\r${done}/${of}` : '\r\x1b[K')
}
