/** The Python loop of python_loop.py beside the same cameras, where Python with OpenCV and onnxruntime is there. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { freePorts } from '../src/demo/free-port.js'
import type { Played } from './clips.js'
import { publish } from './publish.js'
import { WARM_UP_MS } from './whole.js'

export interface Python {
  readonly program: string
  /** Python, OpenCV and onnxruntime. */
  readonly versions: string
}

/** FRAMEWARDEN_PYTHON, or python3; undefined where OpenCV or onnxruntime is missing. */
export async function findPython(): Promise<Python | undefined> {
  const program = process.env.FRAMEWARDEN_PYTHON ?? 'python3'
  const asked =
    'import sys, cv2, onnxruntime; print(f"Python {sys.version.split()[0]}, OpenCV {cv2.__version__}, onnxruntime {onnxruntime.__version__}")'
  const answer = await promisify(execFile)(program, ['-c', asked]).catch(() => undefined)
  return answer && { program, versions: answer.stdout.trim() }
}

/** Frames that the loop judges a second with `count` cameras that show `clip`. */
export async function measurePython(
  { program }: Python,
  count: number,
  clip: Played,
  { seconds, ffmpegPath, bundleDir }: { seconds: number; ffmpegPath: string; bundleDir: string },
): Promise<number> {
  const ports = await freePorts(count)
  const loop = join(import.meta.dirname, 'python_loop.py')
  const child = spawn(program, [loop, bundleDir, `${WARM_UP_MS / 1_000}`, `${seconds}`, ...ports.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = text(child.stdout)
  const exited = once(child, 'close')
  const talk = text(child.stderr)
  const publishers = publish(
    ffmpegPath,
    ports.map((port) => ({ port, clip })),
  )
  try {
    const [code] = await exited
    if (code !== 0) throw new Error(`${loop} ended with ${code}: ${(await talk).slice(-500)}`)
    return JSON.parse(await printed).judged_per_s
  } finally {
    publishers.stop()
    child.kill('SIGKILL')
  }
}
