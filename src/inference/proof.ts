/** Proof of what runs: ONNX Runtime may place nodes elsewhere than asked; its profile says where each one ran. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, type ortTensor } from './runtime.js'

/** Nodes by provider, as in { CPUExecutionProvider: 22 }. */
export type Proof = Readonly<Record<string, number>>

interface ProfileEvent {
  readonly cat?: string
  readonly name?: string
  readonly args?: { readonly provider?: string }
}

/** Runs `feeds` once in a session of its own with the profiler on; its file is removed. The session that works is not slowed. */
export async function prove(
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
  feeds: Record<string, ReturnType<typeof ortTensor>>,
): Promise<Proof> {
  const dir = await mkdtemp(join(tmpdir(), 'framewarden-proof-'))
  try {
    const session = await InferenceSession.create(bytes, {
      ...options,
      enableProfiling: true,
      profileFilePrefix: join(dir, 'run'),
    })
    try {
      await session.run(feeds)
      session.endProfiling()
    } finally {
      await session.release()
    }
    const [file] = await readdir(dir)
    return count(JSON.parse(await readFile(join(dir, file!), 'utf8')))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Sum of the counts of several graphs. */
export function together(proofs: readonly Proof[]): Proof {
  const sum: Record<string, number> = {}
  for (const proof of proofs) for (const [name, n] of Object.entries(proof)) sum[name] = (sum[name] ?? 0) + n
  return sum
}

function count(events: readonly ProfileEvent[]): Proof {
  const names = events
    .filter((event) => event.cat === 'Node' && event.name?.endsWith('_kernel_time'))
    .map((event) => event.args?.provider ?? 'unknown')
  return together(names.map((name) => ({ [name]: 1 })))
}
