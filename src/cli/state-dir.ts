/** Where the daemon of a configuration keeps its state, for commands that ask it. Secrets in the file are left alone: the daemon has them. */
import { dirname, resolve } from 'node:path'
import { readConfigText } from '../config/load.js'
import { parseConfig } from '../config/parse.js'
import { ConfigError } from '../config/problem.js'
import { didYouMean } from '../core/did-you-mean.js'
import { FwError } from '../core/errors.js'

/** `state_dir` of the file at `path`. Throws a ConfigError, or FW_USAGE where it has no camera `camera`. */
export async function stateDirOf(path: string, camera?: string): Promise<string> {
  const { config, problems } = parseConfig(await readConfigText(path))
  if (!config) throw new ConfigError(path, problems)
  const ids = config.cameras.map(({ id }) => id)
  if (camera !== undefined && !ids.includes(camera)) {
    const nearest = didYouMean(camera, ids)
    const hint = nearest ? `, did you mean ${nearest}?` : `, which has ${ids.join(', ')}`
    throw new FwError('FW_USAGE', `no camera '${camera}' in ${path}${hint}`)
  }
  return resolve(dirname(resolve(path)), config.state_dir)
}
