/** How a receiver knows that a webhook is ours and whole. Source: Standard Webhooks 1.0, "Verifying webhook authenticity". Pure. */
import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/** The headers of `body`, sent at `atMs`. Without a secret nothing is signed. `id` is the same when it is sent again. */
export function webhookHeaders(
  id: string,
  body: string,
  atMs: number,
  secret: string | undefined,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(atMs / 1000))
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (secret === undefined) return headers
  const signed = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signed}` }
}

/** `whsec_<base64>` as the standard writes it, or any text. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret)
}
