/** Entry of the program: one command, one exit code. */
import { dispatch } from './cli/dispatch.js'
import { watchOutput } from './cli/output.js'

const code = await dispatch(process.argv.slice(2), { output: watchOutput() })
process.exitCode ||= code
