/** All that goes over MQTT as one AsyncAPI 3 document, made from the schemas: `framewarden schema asyncapi`. Pure. */
import { z } from 'zod'
import {
  alertSchema,
  cameraStateSchema,
  diagnosticSchema,
  onvifEventSchema,
  statsSchema,
  unitStateSchema,
} from './alert-schema.js'
import { ONVIF_TOPICS } from './mqtt/onvif-events.js'
import { REQUEST_VERBS } from './mqtt/request-inbox.js'
import { topicsOf } from './mqtt/topics.js'
import { requestSchemas, responseSchemas } from './request-schema.js'

/** A channel: where, what, and who sends. `says` of the unit; `hears` from ops. */
interface Channel {
  readonly name: string
  readonly address: string
  readonly text: string
  readonly direction: 'says' | 'hears'
  readonly payload: z.ZodType | { readonly contentType: string; readonly schema: object }
  readonly retain?: boolean
  readonly qos?: 0 | 1
}

const CAMERA = '{camera}'

function channelsOf(): readonly Channel[] {
  const topics = topicsOf('{prefix}', '{unit}')
  const word = { contentType: 'text/plain', schema: { type: 'string', enum: ['online', 'offline'] } }
  const jpeg = { contentType: 'image/jpeg', schema: { type: 'string', format: 'binary' } }
  const said = { direction: 'says' } as const
  return [
    {
      ...said,
      name: 'availability',
      address: topics.availability,
      text: 'Last will: offline.',
      payload: word,
      retain: true,
    },
    { ...said, name: 'state', address: topics.state, text: 'The unit.', payload: unitStateSchema, retain: true },
    {
      ...{ ...said, name: 'cameraState', address: topics.cameraState(CAMERA), retain: true },
      ...{ text: 'A camera, and whether it is judged.', payload: cameraStateSchema },
    },
    {
      ...{ ...said, name: 'alert', address: topics.alert(CAMERA), payload: alertSchema },
      text: 'One raised, any number of updated, one cleared for each incident; at least once, in the order of seq.',
    },
    { ...said, name: 'stats', address: topics.stats(CAMERA), text: 'Each minute.', payload: statsSchema, qos: 0 },
    {
      ...{ ...said, name: 'image', address: topics.image(CAMERA), payload: jpeg, retain: true },
      text: "The labelled picture of the camera's last alert, with mqtt.images.",
    },
    ...ONVIF_TOPICS.map((event): Channel => {
      const name = `onvif${event.split('/')[0]!.replace('framewarden:', '')}`
      const text = 'An ONVIF property event (onvif-ej), with mqtt.onvif_events; empty: nobody can say at present.'
      return { ...said, name, address: topics.onvif(event, CAMERA), text, payload: onvifEventSchema, retain: true }
    }),
    {
      ...said,
      name: 'diagnostic',
      address: topics.diagnostic,
      text: 'What is wrong, and what to do.',
      payload: diagnosticSchema,
    },
    ...REQUEST_VERBS.flatMap((verb): Channel[] => [
      {
        ...{ name: `${verb}Request`, direction: 'hears', address: topics.request(verb), payload: requestSchemas[verb] },
        text: `Asks for ${verb}, as far as mqtt.requests lets it; not retained.`,
      },
      {
        ...{ ...said, name: `${verb}Response`, address: topics.response(verb), payload: responseSchemas[verb] },
        text: `Answers a request for ${verb}, where that names no response topic (MQTT 5) of its own.`,
      },
    ]),
  ]
}

const PARAMETERS = {
  prefix: { description: 'mqtt.topic_prefix', default: 'framewarden' },
  unit: { description: 'unit' },
  camera: { description: 'id of a camera' },
}

export function asyncApi(version: string): object {
  const channels = channelsOf()
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'framewarden over MQTT',
      version,
      description: 'MQTT 5 or 3.1.1, JSON in UTF-8. Fields may be added: ignore those that you do not know.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map((channel) => [channel.name, channelOf(channel)])),
    operations: Object.fromEntries(channels.map((channel) => [channel.name, operationOf(channel)])),
    components: { messages: Object.fromEntries(channels.map((channel) => [channel.name, messageOf(channel)])) },
  }
}

function channelOf({ name, address, text }: Channel): object {
  const used = Object.entries(PARAMETERS).filter(([parameter]) => address.includes(`{${parameter}}`))
  return {
    address,
    description: text,
    parameters: Object.fromEntries(used),
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  }
}

/** `xRequest` is answered on `xResponse`. */
function operationOf({ name, direction, retain = false, qos = 1 }: Channel): object {
  return {
    action: direction === 'says' ? 'send' : 'receive',
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    ...(direction === 'hears' && {
      reply: { channel: { $ref: `#/channels/${name.replace(/Request$/, 'Response')}` } },
    }),
    bindings: { mqtt: { qos, retain, bindingVersion: '0.2.0' } },
  }
}

function messageOf({ text, payload }: Channel): object {
  if (!(payload instanceof z.ZodType))
    return { summary: text, contentType: payload.contentType, payload: payload.schema }
  // AsyncAPI's own schema object is a superset of draft 07
  const { $schema, ...schema } = z.toJSONSchema(payload, { target: 'draft-7' })
  return { summary: text, contentType: 'application/json', payload: schema }
}
