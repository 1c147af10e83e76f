/** Labelled pictures of a folder, judged one by one. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FwError } from '../core/errors.js'
import { type Labelled, parseLabels } from './labels.js'
import { type Figures, type Outcome, tally } from './tally.js'

/** One bundle, ready to judge. */
export interface Evaluator {
  readonly provider: string
  judge(path: string, row: Labelled): Promise<Outcome>
  close(): Promise<void>
}

/** `onPicture` gets how many of how many are done. Throws FW_LABELS and FW_SOURCE: figures of half a folder are none. */
export async function evaluatePictures(
  dir: string,
  evaluator: Evaluator,
  onPicture: (done: number, of: number) => void,
): Promise<Figures> {
  const labelled = await readLabels(dir)
  const rows = []
  for (const row of labelled) {
    rows.push({ group: row.group, outcome: await evaluator.judge(join(dir, row.file), row) })
    onPicture(rows.length, labelled.length)
  }
  return tally(rows)
}

async function readLabels(dir: string): Promise<readonly Labelled[]> {
  const path = join(dir, 'labels.csv')
  try {
    return parseLabels(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof FwError) throw error
    throw new FwError('FW_SOURCE', `${path}: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
}
