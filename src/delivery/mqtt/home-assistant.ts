/**
 * Home Assistant's MQTT discovery: a device per unit; per camera a tamper sensor and its state.
 * Source: home-assistant.io/integrations/mqtt, "MQTT discovery", single component payloads (they need no newer release).
 */
import { CAMERA_STATES } from '../../core/camera-state.js'
import type { Topics } from './topics.js'

export interface DiscoveryMessage {
  readonly topic: string
  /** Retained. '' removes the entity. */
  readonly payload: string
}

export interface Discovery {
  /** Entities of a camera, to be retained on each connect. */
  announce(cameraId: string): DiscoveryMessage[]
  /** Removes them. */
  forget(cameraId: string): DiscoveryMessage[]
}

/** `prefix` is Home Assistant's discovery prefix; `unit` and camera ids are [a-z0-9-], as its topics ask for. */
export function discoveryOf(prefix: string, unit: string, topics: Topics): Discovery {
  const device = {
    identifiers: [`framewarden_${unit}`],
    name: `framewarden ${unit}`,
    manufacturer: 'framewarden',
    model: 'camera stream defence',
  }
  const common = {
    device,
    origin: { name: 'framewarden' },
    availability_topic: topics.availability,
    payload_available: 'online',
    payload_not_available: 'offline',
    qos: 1,
  }

  function entities(cameraId: string): { topic: string; config: object }[] {
    const state_topic = topics.cameraState(cameraId)
    const id = `framewarden_${unit}_${cameraId}`
    return [
      {
        topic: `${prefix}/binary_sensor/${id}/tamper/config`,
        config: {
          ...common,
          name: `${cameraId} tamper`,
          unique_id: `${id}_tamper`,
          device_class: 'tamper',
          state_topic,
          value_template: "{{ 'ON' if value_json.incident_open else 'OFF' }}",
          json_attributes_topic: state_topic,
        },
      },
      {
        topic: `${prefix}/sensor/${id}/state/config`,
        config: {
          ...common,
          name: `${cameraId} state`,
          unique_id: `${id}_state`,
          device_class: 'enum',
          options: CAMERA_STATES,
          entity_category: 'diagnostic',
          state_topic,
          value_template: '{{ value_json.state }}',
        },
      },
    ]
  }

  return {
    announce: (cameraId) => entities(cameraId).map(({ topic, config }) => ({ topic, payload: JSON.stringify(config) })),
    forget: (cameraId) => entities(cameraId).map(({ topic }) => ({ topic, payload: '' })),
  }
}
