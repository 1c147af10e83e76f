/** Standard output, which may end before a command does. */
import { describe, FwError } from '../core/errors.js'
import { EXIT } from './exit.js'

/**
 * Aborts when standard output takes no more. A reader that has seen enough (`framewarden scan … | head`) is no failure; a full
 * disk is one, said once, and the exit code is set. Without this either would end the process in mid-inference, which ONNX
 * Runtime answers with an abort: what still runs is to be stopped in order.
 */
export function watchOutput(): AbortSignal {
  const over = new AbortController()
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (over.signal.aborted) return
    over.abort()
    if (error.code === 'EPIPE') return
    console.error(describe(new FwError('FW_OUTPUT', `standard output: ${error.code ?? error.message}`)))
    process.exitCode = EXIT.failed
  })
  // nobody hears what is said beside the results: no reason to stop
  process.stderr.on('error', () => {})
  return over.signal
}
