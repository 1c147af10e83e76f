/** Whether a Python has onnxruntime, without importing it: some 20 ms, and none where there is no such program. */
import { execFile } from 'node:child_process'
import { WORKER_DIR } from './worker.js'

const ASK = 'import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, ("onnxruntime", "numpy"))))'
const ASK_MS = 5_000

/** `python`: a name on PATH, or an absolute path. */
export function hasOnnxRuntime(python: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(python, ['-c', ASK], { cwd: WORKER_DIR, timeout: ASK_MS }, (error) => resolve(error === null))
  })
}
