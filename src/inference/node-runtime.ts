/** onnxruntime-node, in this thread: `run` blocks it. */

import type { GraphToOpen, NetworkRuntime, Networks, OpenOptions } from './network-runtime.js'
import type { Proof } from './proof.js'
import { prove } from './proof.js'
import { InferenceSession, ORT_VERSION, ortTensor, sessionOptions } from './runtime.js'
import type { Outputs } from './tensor.js'

export const nodeRuntime: NetworkRuntime = {
  name: 'node',
  text: `onnxruntime-node ${ORT_VERSION}`,
  open: openSessions,
  async close() {},
}

async function openSessions<Name extends string>(
  graphs: Readonly<Record<Name, GraphToOpen>>,
  { provider, cores }: OpenOptions,
): Promise<Networks<Name>> {
  const options = sessionOptions(provider, cores)
  const sessions = new Map<Name, InferenceSession>()
  const release = async () => {
    for (const session of sessions.values()) await session.release()
  }
  try {
    for (const name in graphs) sessions.set(name, await InferenceSession.create(graphs[name].bytes, options))
  } catch (error) {
    await release()
    throw error
  }
  return {
    facts: Object.fromEntries(sessions) as Record<Name, InferenceSession>,
    async first(name, first): Promise<Proof> {
      const { bytes, input, blank } = graphs[name]
      return first.prove ? prove(bytes, options, { [input]: ortTensor(blank) }) : {}
    },
    // the networks give numbers, never strings
    run: async (name, input) =>
      (await sessions.get(name)!.run({ [graphs[name].input]: ortTensor(input) })) as unknown as Outputs,
    release,
  }
}
