/**
 * On which topics the broker lets this unit publish, as far as it has said. Values, no I/O. A `filter` is what counts as
 * denied with a topic: the topic itself, or one filter for all of Home Assistant's discovery.
 */

export interface Grants {
  readonly accepted: ReadonlySet<string>
  /** Reasons by filter. */
  readonly denied: ReadonlyMap<string, string>
  /**
   * A connection ended while a topic was on its way that the broker had never accepted. Some close the connection on a
   * denied PUBLISH (MQTT 5, 3.3.5; Mosquitto 2.0.11 with max_queued_messages 0), and when more than that one is on its
   * way, the refusal is lost with the connection. From then on what was never accepted goes alone.
   */
  readonly careful: boolean
  /** How often the broker closed the connection while a topic under this filter was on its way alone. */
  readonly closings: ReadonlyMap<string, number>
}

export const NO_GRANTS: Grants = { accepted: new Set(), denied: new Map(), careful: false, closings: new Map() }

export function accept(grants: Grants, topic: string): Grants {
  return grants.accepted.has(topic) ? grants : { ...grants, accepted: new Set(grants.accepted).add(topic) }
}

export function deny(grants: Grants, filter: string, reason: string): Grants {
  return { ...grants, denied: new Map(grants.denied).set(filter, reason) }
}

/** The connection ended while `lost`, the topics of all that was on its way, had no answer. */
export function closedOn(grants: Grants, lost: readonly string[]): Grants {
  return { ...grants, careful: grants.careful || lost.some((topic) => !grants.accepted.has(topic)) }
}

export function countClosing(grants: Grants, filter: string): Grants {
  return { ...grants, closings: new Map(grants.closings).set(filter, (grants.closings.get(filter) ?? 0) + 1) }
}

/** The operator may have changed the rights: what was denied is tried again. */
export function forgetDenials(grants: Grants): Grants {
  return { ...grants, denied: new Map(), closings: new Map() }
}
