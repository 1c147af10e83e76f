/** Where messages go: `<prefix>/<unit>/…`. The table is in ARCHITECTURE.md. */

export interface Topics {
  readonly availability: string
  readonly state: string
  readonly diagnostic: string
  request(verb: string): string
  response(verb: string): string
  /** Whether a request may name `topic` for its answer: nothing that this unit, or another below the prefix, is to be heard on. */
  mayAnswerAt(topic: string): boolean
  cameraState(cameraId: string): string
  alert(cameraId: string): string
  stats(cameraId: string): string
  image(cameraId: string): string
  /** `event` below ONVIF's `VideoSource/`; the Source item stands after `&` (ONVIF Core, "Topic Structure"). */
  onvif(event: string, cameraId: string): string
}

/**
 * Topics of one unit. `unit` and camera ids are [a-z0-9-], so no level holds a wildcard or a `/`
 * (MQTT 5, 4.7.1: wildcards are not allowed in a topic name).
 */
export function topicsOf(prefix: string, unit: string): Topics {
  const root = `${prefix}/${unit}`
  return {
    availability: `${root}/availability`,
    state: `${root}/state`,
    diagnostic: `${root}/diagnostic`,
    request: (verb) => `${root}/request/${verb}`,
    response: (verb) => `${root}/response/${verb}`,
    mayAnswerAt: (topic) =>
      /^[^$+#\p{Cc}][^+#\p{Cc}]*$/u.test(topic) &&
      (!topic.startsWith(`${prefix}/`) || topic.startsWith(`${root}/response/`)),
    cameraState: (cameraId) => `${root}/camera/${cameraId}/state`,
    alert: (cameraId) => `${root}/camera/${cameraId}/alert`,
    stats: (cameraId) => `${root}/camera/${cameraId}/stats`,
    image: (cameraId) => `${root}/camera/${cameraId}/image`,
    onvif: (event, cameraId) => `${root}/onvif-ej/VideoSource/${event}/&${cameraId}`,
  }
}

/**
 * The topic filter that an operator has to grant so that a unit may publish on `topic`: all of the unit's below `prefix`,
 * else all of Home Assistant's discovery.
 */
export function grantOf(topic: string, prefix: string, discoveryPrefix: string): string {
  if (!topic.startsWith(`${prefix}/`)) return `${discoveryPrefix}/#`
  return `${prefix}/${topic.slice(prefix.length + 1).split('/')[0]}/#`
}
