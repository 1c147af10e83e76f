/** The payloads as JSON schemas: what `framewarden schema NAME` prints and what ops may rely on. */
import { z } from 'zod'
import { ALERT_SCHEMA, KINDS, PHASES } from '../core/alert.js'
import { CAMERA_STATES } from '../core/camera-state.js'
import { CLOCK_STATES } from '../core/clock-state.js'
import { type FwCode, REMEDIES } from '../core/errors.js'

const codes = Object.keys(REMEDIES) as [FwCode, ...FwCode[]]
const time = z.iso.datetime().describe('RFC 3339, UTC')
const fraction = z.number().min(0).max(1)
const count = z.number().int().min(0)
const picture = z.string().nullable().describe('path relative to state_dir')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const model = z.object({ name: z.string(), version: z.string(), sha256 })
const box = z.tuple([fraction, fraction, fraction, fraction]).nullable().describe('[x, y, w, h] of the frame')
const cause = z.object({ code: z.enum(codes), text: z.string() })

export const alertSchema = z
  .object({
    schema: z.literal(ALERT_SCHEMA),
    id: z.uuid({ version: 'v7' }).describe('the same when an alert is sent again: drop repeats by it'),
    seq: z.number().int().min(1).describe('gap-free per unit, from 1'),
    unit: z.string(),
    camera: z.string(),
    incident: z.string().describe('one incident has one raised, any number of updated, one cleared'),
    phase: z.enum(PHASES),
    captured_at: time.describe('arrival of the frame at the unit'),
    since: time.describe('when the evidence began to rise'),
    clock: z
      .enum(CLOCK_STATES)
      .describe('unset: the unit did not know the time of day when it took one of the times; seq keeps the order'),
    kind: z.enum(KINDS),
    level: fraction.nullable().describe('estimated L-inf of the perturbation; null: unknown'),
    score: z
      .number()
      .describe(
        'calibrated log-odds (natural log) of the worst frame so far; of tamper: rarity of its rarest second, in nats',
      ),
    box,
    text: z.string().describe('one plain sentence for a person'),
    evidence: z.object({
      frame_sha256: sha256.nullable().describe('of the I420 bytes as judged'),
      before: picture,
      after: picture,
      difference: picture,
      strip: picture.describe('those beside each other, labelled, 960 pixels wide; path relative to state_dir'),
      url: z.url().nullable().describe('where a person sees the incident; null without http.public_url'),
    }),
    model,
    replayed: z.boolean().describe('sent again after a restart or a lost connection'),
    drill: z.boolean().describe('an attack that was injected on purpose'),
  })
  .meta({ title: 'P/camera/<id>/alert' })

/** An incident as the unit's own history has it: `framewarden incidents --json`, `/incidents`, the request `incidents`. */
export const incidentSchema = z
  .object({
    id: z.string().describe('as `incident` of its alerts'),
    camera: z.string(),
    kind: z.enum(KINDS),
    drill: z.boolean(),
    phase: z.enum(PHASES).describe('of its last alert; anything but cleared is open'),
    since: time.describe('when the evidence began to rise'),
    raised_at: time,
    updated_at: time,
    cleared_at: time.nullable(),
    acknowledged: z
      .object({ at: time, by: z.string().describe('page, mqtt, command'), note: z.string() })
      .nullable()
      .describe('who has seen it; null: nobody said so'),
    level: fraction.nullable(),
    score: z.number(),
    box,
    text: z.string().describe('one plain sentence for a person'),
    alerts: count.describe('how many it had'),
    changes: z
      .array(
        z.object({
          ...{ seq: z.number().int().min(1), phase: z.enum(PHASES), at: time, kind: z.enum(KINDS) },
          ...{ level: fraction.nullable(), score: z.number() },
        }),
      )
      .describe('how it went on: its first alert, and the last seven'),
    pictures: z
      .array(
        z.object({
          phase: z.enum(PHASES),
          at: time,
          before: picture,
          after: picture,
          difference: picture,
          strip: picture,
        }),
      )
      .describe('of its first alert, and of the last three with pictures'),
    model,
  })
  .meta({ title: 'P/response/incidents: one of them' })

export const unitStateSchema = z
  .looseObject({
    unit: z.string(),
    version: z.string(),
    since: time.describe('start of the daemon'),
    model: model.nullable(),
    runtime: z.string().nullable().describe('what runs the networks, with its version; null: nothing yet'),
    provider: z.string().nullable().describe('execution provider in use; null: none yet'),
    mode: z.string().nullable().describe('cascade or full'),
    ffmpeg: z.string().nullable(),
    guards: count.describe('guard processes that run'),
    cameras: z.partialRecord(z.enum(CAMERA_STATES), count).describe('number of cameras by state'),
  })
  .meta({ title: 'P/state, retained' })

export const cameraStateSchema = z
  .looseObject({
    camera: z.string(),
    state: z.enum(CAMERA_STATES),
    since: time.describe('guarding: since when; else when it was last judged, or added'),
    cause: cause.nullable().describe('why it is not guarding; stays until it is guarded again'),
    incident_open: z.boolean(),
    kinds: z.array(z.enum(KINDS)).describe('of its open incidents: a perturbation and a tamper may be open at once'),
    scored: z.boolean().describe('false: nobody judges its frames at present'),
    baseline: z
      .enum(['bundle', 'provisional', 'own'])
      .nullable()
      .describe('what its frames are judged against: all cameras, its last minutes, or 10 minutes and more of its own'),
    incident: z
      .object({ id: z.string(), since: time, acknowledged: z.boolean() })
      .nullable()
      .describe('the one that is open'),
    paused: z.boolean().describe('somebody has paused it; a new start guards it again'),
    margin: z.union([z.literal('auto'), z.number()]).describe('detection.margin in force'),
  })
  .meta({ title: 'P/camera/<id>/state, retained' })

/** ONVIF Core, "JSON Event Payload" (onvif-ej): the items of Imaging's video source events. */
export const onvifEventSchema = z
  .object({
    UtcTime: time.describe('when the state became so'),
    Source: z.object({ Source: z.string().describe('id of the camera') }),
    Data: z.object({ State: z.boolean() }),
  })
  .meta({ title: 'P/onvif-ej/VideoSource/…/&<id>, retained; an empty payload: nobody can say at present' })

export const statsSchema = z
  .looseObject({
    camera: z.string(),
    at: time,
    frames: count,
    flagged: count,
    unscored: count,
    dropped: count,
    fps: z.number().min(0),
    score: z.number().nullable().describe('log-odds of the last frame; null: none is known'),
    latency_p50_ms: z.number().min(0).nullable(),
    latency_p99_ms: z.number().min(0).nullable(),
  })
  .meta({ title: 'P/camera/<id>/stats, QoS 0, each minute' })

export const diagnosticSchema = z
  .object({
    code: z.enum(codes),
    subject: z.string().describe('a camera id, broker, spool, guard-0 …'),
    text: z.string(),
    remedy: z.string(),
    count: z.number().int().min(1).describe('how often since the last one'),
    at: time,
  })
  .meta({ title: 'P/diagnostic' })

export type UnitState = z.infer<typeof unitStateSchema>
export type CameraStatePayload = z.infer<typeof cameraStateSchema>
export type OnvifEvent = z.infer<typeof onvifEventSchema>
export type StatsPayload = z.infer<typeof statsSchema>

/** By the name that `framewarden schema` takes; `z.toJSONSchema` makes the text. */
export const payloadSchemas: Record<string, z.ZodType> = {
  alert: alertSchema,
  incident: incidentSchema,
  state: unitStateSchema,
  'camera-state': cameraStateSchema,
  'onvif-event': onvifEventSchema,
  stats: statsSchema,
  diagnostic: diagnosticSchema,
}
