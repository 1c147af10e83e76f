/** What follows an attempt to deliver an alert: the next one, the same again after a pause, or never. Pure. */
import type { Posted } from './post.js'

/** 408, 425, 429 and all of 5xx pass by themselves; on the others the operator has to do something. */
const PASSING = new Set([408, 425, 429])
/** The receiver is wrong, or we are at the wrong one: not the fault of this alert. */
const WRONG_PLACE = new Set([401, 403, 404, 405, 407, 410])

export type WebhookFate =
  | { readonly type: 'taken' }
  /** `text` for the operator. */
  | { readonly type: 'again'; readonly text: string }
  /** The receiver will not take this alert, whenever it comes: later ones must not wait for it. */
  | { readonly type: 'refused'; readonly text: string }

export function fateOf(posted: Posted): WebhookFate {
  if (posted.type === 'unreachable') return { type: 'again', text: posted.text }
  const { status } = posted
  if (status >= 200 && status < 300) return { type: 'taken' }
  const text = `answered ${status}`
  if (status >= 300 && status < 400) return { type: 'again', text: `${text}, a redirect, which is not followed` }
  if (status >= 500 || PASSING.has(status) || WRONG_PLACE.has(status)) return { type: 'again', text }
  return { type: 'refused', text }
}
