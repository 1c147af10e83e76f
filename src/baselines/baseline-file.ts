/** Where baselines live: `state_dir/baselines/<camera>.json`. */
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Baseline } from '../core/baseline/baseline.js'
import { FwError } from '../core/errors.js'
import { writeAtomically } from '../files/atomic-file.js'
import { makeOwnedFolder } from '../files/owner.js'
import { type BaselineOrigin, baselineText, parseBaseline } from './stored.js'

/** 512 values of eleven signals in three lights and 16 views of each are 1.1 MB. */
const MAX_BYTES = 2_000_000

export function baselinePath(stateDir: string, cameraId: string): string {
  return join(stateDir, 'baselines', `${cameraId}.json`)
}

/**
 * The baseline at `path`; undefined where there is no file. Throws FW_BASELINE where it cannot be used: not readable, damaged, or
 * learned of something else than `origin`.
 */
export async function readBaseline(path: string, origin?: Partial<BaselineOrigin>): Promise<Baseline | undefined> {
  let text: string
  try {
    const { size } = await stat(path)
    if (size > MAX_BYTES) throw new Error(`${size} bytes, ${MAX_BYTES} are the most`)
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new FwError('FW_BASELINE', `${path}: ${(cause as Error).message}`, { cause })
  }
  const baseline = parseBaseline(text, origin)
  if ('problem' in baseline) throw new FwError('FW_BASELINE', `${path}: ${baseline.problem}`)
  return baseline
}

/** Writes it whole or not at all, for whom state_dir belongs to alone. Throws FW_BASELINE. */
export async function writeBaseline(path: string, baseline: Baseline, origin: BaselineOrigin): Promise<void> {
  try {
    await makeOwnedFolder(dirname(path))
    await writeAtomically(path, baselineText(baseline, origin, Date.now()))
  } catch (cause) {
    throw new FwError('FW_BASELINE', `${path}: ${(cause as Error).message}`, { cause })
  }
}
