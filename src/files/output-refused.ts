/** A file that a person asked for and the disk does not take. */
import { FwError } from '../core/errors.js'

/** For `catch`, of what was to be written at `path`. The function that it returns throws FW_OUTPUT. */
export function refused(path: string): (error: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new FwError('FW_OUTPUT', `${path}: ${cause.code ?? cause.message}`, { cause })
  }
}
