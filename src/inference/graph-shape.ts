/** Whether a network takes and gives what its manifest says. */
import { FwError } from '../core/errors.js'
import type { GraphSpec } from './manifest.js'
import type { InferenceSession } from './runtime.js'

type Meta = InferenceSession.ValueMetadata

/** Throws FW_MODEL_SHAPE, naming tensor, found and expected. A size that the manifest leaves open must be open in inputs. */
export function checkGraph(
  name: string,
  spec: GraphSpec,
  session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
): void {
  const surplus = session.inputMetadata.find((m) => !spec.inputs.some((t) => t.name === m.name))
  if (surplus) throw new FwError('FW_MODEL_SHAPE', `graph ${name}: wants input '${surplus.name}', not in the manifest`)
  for (const tensor of spec.inputs) check(`graph ${name}: input`, tensor, session.inputMetadata, true)
  for (const tensor of spec.outputs) check(`graph ${name}: output`, tensor, session.outputMetadata, false)
}

/** Throws FW_MODEL_SHAPE unless the manifest's graph gives each of `names`, which the chain reads. */
export function checkOutputs(name: string, spec: GraphSpec, names: readonly string[]): void {
  const missing = names.find((n) => !spec.outputs.some((t) => t.name === n))
  if (missing !== undefined)
    throw new FwError('FW_MODEL_SHAPE', `graph ${name}: the manifest has no output '${missing}'`)
}

function check(what: string, tensor: GraphSpec['inputs'][number], found: readonly Meta[], open: boolean): void {
  const meta = found.find((m) => m.name === tensor.name)
  const wanted = `${tensor.type} [${tensor.shape.join(', ')}]`
  if (!meta) {
    throw new FwError('FW_MODEL_SHAPE', `${what} '${tensor.name}' is missing, the network has ${namesOf(found)}`)
  }
  if (meta.isTensor && meta.type === tensor.type && fits(tensor.shape, meta.shape, open)) return
  const has = meta.isTensor ? `${meta.type} [${meta.shape.join(', ')}]` : 'no tensor'
  throw new FwError('FW_MODEL_SHAPE', `${what} '${tensor.name}' is ${has}, manifest ${wanted}`)
}

function fits(wanted: readonly (number | string)[], found: readonly (number | string)[], open: boolean): boolean {
  if (wanted.length !== found.length) return false
  return wanted.every((size, i) => {
    const other = found[i]!
    if (typeof size === 'number') return typeof other === 'string' || other === size
    return !open || typeof other === 'string'
  })
}

function namesOf(found: readonly Meta[]): string {
  return found.map((m) => `'${m.name}'`).join(', ')
}
