/**
 * Home Assistant's MQTT discovery: a device for the unit, and one for each camera with what can be seen and asked of it.
 * Source: home-assistant.io/integrations/mqtt, "MQTT discovery", single component payloads (they need no newer release).
 */
import { PHASES } from '../../core/alert.js'
import { CAMERA_STATES } from '../../core/camera-state.js'
import type { Topics } from './topics.js'

export interface DiscoveryMessage {
  readonly topic: string
  /** Retained. '' removes the entity. */
  readonly payload: string
}

export interface Discovery {
  /** The unit itself. */
  unit(): DiscoveryMessage[]
  /** Entities of a camera, to be retained on each connect; those that the settings leave out are removed. */
  announce(cameraId: string): DiscoveryMessage[]
  /** Removes them. */
  forget(cameraId: string): DiscoveryMessage[]
}

export interface DiscoveryOptions {
  /** Home Assistant's discovery prefix. */
  readonly prefix: string
  /** [a-z0-9-], as camera ids: its topics ask for that. */
  readonly unit: string
  readonly topics: Topics
  readonly version?: string
  /** Origin under which people reach the unit's page. */
  readonly publicUrl?: string
  /** The last alert's picture is at the broker. */
  readonly images: boolean
  /** Requests that change something are answered. */
  readonly writable: boolean
}

/** An entity; `config` undefined: the settings leave it out. */
interface Entity {
  readonly component: string
  readonly name: string
  readonly config: Readonly<Record<string, unknown>> | undefined
}

export function discoveryOf(options: DiscoveryOptions): Discovery {
  const { prefix, unit, topics, version, publicUrl } = options
  const unitId = `framewarden_${unit}`
  const origin = { name: 'framewarden', ...(version && { sw_version: version }) }
  const about = {
    manufacturer: 'framewarden',
    ...(version && { sw_version: version }),
    ...(publicUrl && { configuration_url: publicUrl }),
  }
  const unitDevice = { identifiers: [unitId], name: `framewarden ${unit}`, model: 'camera stream defence', ...about }

  function messages(id: string, device: object, entities: readonly Entity[]): DiscoveryMessage[] {
    return entities.map(({ component, name, config }) => ({
      topic: `${prefix}/${component}/${id}/${name}/config`,
      payload: config ? JSON.stringify({ device, origin, unique_id: `${id}_${name}`, qos: 1, ...config }) : '',
    }))
  }

  function ofCamera(cameraId: string): DiscoveryMessage[] {
    const id = `${unitId}_${cameraId}`
    const model = 'guarded camera'
    const device = { identifiers: [id], name: cameraId, model, via_device: unitId, ...about }
    return messages(id, device, [...seenOf(cameraId, options), ...askedOf(cameraId, options)])
  }

  return {
    unit: () => messages(unitId, unitDevice, [connectivity(topics)]),
    announce: ofCamera,
    forget: (cameraId) => ofCamera(cameraId).map(({ topic }) => ({ topic, payload: '' })),
  }
}

function connectivity({ availability }: Topics): Entity {
  const config = {
    ...{ name: 'Connection', device_class: 'connectivity', entity_category: 'diagnostic' },
    ...{ state_topic: availability, payload_on: 'online', payload_off: 'offline' },
  }
  return { component: 'binary_sensor', name: 'connection', config }
}

/** `judged`: unavailable while nobody judges the camera: an alarm that cannot come must not show as clear. */
function availabilityOf(topics: Topics, cameraId: string, judged: boolean) {
  const unit = { topic: topics.availability }
  const value_template = "{{ 'online' if value_json.scored else 'offline' }}"
  const camera = { topic: topics.cameraState(cameraId), value_template }
  return { availability: judged ? [unit, camera] : [unit], availability_mode: 'all' }
}

const EVENT = `{{ {'event_type': value_json.phase, 'kind': value_json.kind, 'text': value_json.text, \
'incident': value_json.incident, 'drill': value_json.drill, 'url': value_json.evidence.url} | to_json }}`

/** What is seen of a camera. */
function seenOf(cameraId: string, { topics, images }: DiscoveryOptions): Entity[] {
  const state_topic = topics.cameraState(cameraId)
  const judged = availabilityOf(topics, cameraId, true)
  const always = availabilityOf(topics, cameraId, false)
  const diagnostic = { ...always, entity_category: 'diagnostic', state_topic }
  const onOff = (condition: string) => `{{ 'ON' if ${condition} else 'OFF' }}`
  return [
    {
      ...{ component: 'binary_sensor', name: 'tamper' },
      config: {
        ...{ ...judged, name: 'Tamper', device_class: 'tamper', state_topic },
        ...{ value_template: onOff('value_json.incident_open'), json_attributes_topic: state_topic },
      },
    },
    {
      ...{ component: 'binary_sensor', name: 'problem' },
      config: {
        ...{ ...diagnostic, name: 'Not guarded', device_class: 'problem' },
        value_template: onOff('not value_json.scored and not value_json.paused'),
      },
    },
    {
      ...{ component: 'sensor', name: 'state' },
      config: {
        ...{ ...diagnostic, name: 'State', device_class: 'enum', options: CAMERA_STATES },
        value_template: '{{ value_json.state }}',
      },
    },
    {
      ...{ component: 'sensor', name: 'baseline' },
      config: {
        ...{ ...diagnostic, name: 'Baseline', device_class: 'enum', options: ['bundle', 'provisional', 'own'] },
        value_template: '{{ value_json.baseline }}',
      },
    },
    {
      ...{ component: 'sensor', name: 'score' },
      config: {
        ...{ ...judged, name: 'Score', state_class: 'measurement', entity_category: 'diagnostic' },
        ...{ state_topic: topics.stats(cameraId), value_template: '{{ value_json.score }}' },
      },
    },
    {
      ...{ component: 'event', name: 'alert' },
      config: {
        ...{ ...always, name: 'Alert', state_topic: topics.alert(cameraId) },
        ...{ event_types: PHASES, value_template: EVENT },
      },
    },
    {
      ...{ component: 'image', name: 'picture' },
      config: images
        ? { ...always, name: 'Last alert', image_topic: topics.image(cameraId), content_type: 'image/jpeg' }
        : undefined,
    },
  ]
}

/** What can be asked of a camera, where `mqtt.requests` lets it. */
function askedOf(cameraId: string, { topics, writable }: DiscoveryOptions): Entity[] {
  const state_topic = topics.cameraState(cameraId)
  const always = availabilityOf(topics, cameraId, false)
  const request = (members: object) => JSON.stringify({ camera: cameraId, ...members })
  const button = (verb: string, name: string) => ({
    ...{ component: 'button', name: verb },
    config: { ...always, name, command_topic: topics.request(verb), payload_press: request({}) },
  })
  const all: Entity[] = [
    {
      ...{ component: 'switch', name: 'guard' },
      config: {
        ...{ ...always, name: 'Guard', icon: 'mdi:shield', state_topic, command_topic: topics.request('camera') },
        ...{ payload_on: request({ action: 'resume' }), payload_off: request({ action: 'pause' }) },
        ...{ state_on: 'ON', state_off: 'OFF', value_template: "{{ 'OFF' if value_json.paused else 'ON' }}" },
      },
    },
    {
      ...{ component: 'number', name: 'margin' },
      config: {
        ...{ ...always, name: 'Margin', entity_category: 'config', mode: 'box', min: 0.05, max: 50, step: 0.05 },
        ...{ state_topic, value_template: "{{ 'None' if value_json.margin == 'auto' else value_json.margin }}" },
        command_topic: topics.request('camera'),
        command_template: `{"camera": ${JSON.stringify(cameraId)}, "margin": {{ value }}}`,
      },
    },
    button('acknowledge', 'Acknowledge'),
    button('drill', 'Drill'),
  ]
  return writable ? all : all.map((entity) => ({ ...entity, config: undefined }))
}
