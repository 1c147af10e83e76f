/** What may be asked over MQTT and what is answered, as JSON schemas; docs/control.md says more of each. */
import { z } from 'zod'
import { DRILL_ATTACKS, DRILL_LEVELS } from '../core/drill.js'
import { type FwCode, REMEDIES } from '../core/errors.js'
import { incidentSchema } from './alert-schema.js'
import type { RequestVerb } from './mqtt/request-inbox.js'

const codes = Object.keys(REMEDIES) as [FwCode, ...FwCode[]]
const id = z
  .union([z.string().max(128), z.number()])
  .optional()
  .describe('comes back in the response')
const camera = z.string().describe('id of a camera')
const refusal = z.object({ id, ok: z.literal(false), code: z.enum(codes), message: z.string() })

function answered<S extends z.ZodRawShape>(members: S) {
  return z.union([z.object({ id, ok: z.literal(true), ...members }), refusal])
}

const { least, most } = DRILL_LEVELS

/** By verb: the payload of `P/request/<verb>`; an empty one asks for no more than the verb. */
export const requestSchemas: Readonly<Record<RequestVerb, z.ZodType>> = {
  snapshot: z.object({ id, camera }),
  incidents: z.object({
    ...{ id, camera: camera.optional(), open: z.boolean().optional().describe('only those that are not cleared') },
    limit: z.number().int().min(1).max(100).optional().describe('the newest so many; 20'),
  }),
  acknowledge: z.object({
    id,
    incident: z.string().optional().describe('id of an incident; or camera'),
    camera: camera.optional().describe('its newest incident that nobody has acknowledged'),
    by: z.string().max(64).optional(),
    note: z.string().max(500).optional(),
  }),
  drill: z.object({
    ...{ id, camera, attack: z.enum(DRILL_ATTACKS).optional() },
    level: z
      .number()
      .min(least / 255)
      .max(most / 255)
      .optional()
      .describe('L-inf, as a fraction'),
  }),
  camera: z.object({
    ...{ id, camera, action: z.enum(['pause', 'resume']).optional() },
    margin: z.union([z.literal('auto'), z.number().min(0.05).max(50)]).optional(),
  }),
  reload: z.object({ id }),
}

/** By verb: the payload of `P/response/<verb>`. */
export const responseSchemas: Readonly<Record<RequestVerb, z.ZodType>> = {
  snapshot: answered({ camera, jpeg: z.base64().describe('the camera as it is now') }),
  incidents: answered({ incidents: z.array(incidentSchema) }),
  acknowledge: answered({ incident: incidentSchema }),
  drill: answered({
    ...{ camera, attack: z.enum(DRILL_ATTACKS), level: z.number(), end: z.enum(['time', 'incident', 'failed']) },
    ...{ frames: z.number().nullable(), found: z.boolean(), delay_ms: z.number().nullable() },
    seq: z.number().nullable().describe('of the alert that raised it'),
    broker: z.enum(['acknowledged', 'denied', 'waiting', 'none']).nullable(),
  }),
  camera: answered({
    camera,
    paused: z.boolean().optional(),
    margin: z.union([z.literal('auto'), z.number()]).optional(),
  }),
  reload: answered({
    changes: z.array(z.string()).describe('keys in force now'),
    held: z.array(z.string()).describe('keys that wait for the next start'),
  }),
}
