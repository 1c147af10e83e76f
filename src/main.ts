/** Entry of the program: one command, one exit code. */
import { dispatch } from './cli/dispatch.js'

// A reader that has seen enough (`framewarden schema | head`) closes the pipe; that is no failure to speak of.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  throw error
})

process.exitCode = await dispatch(process.argv.slice(2))
