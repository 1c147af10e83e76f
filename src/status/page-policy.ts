/** What a page may run. CSP Level 3. */
import { createHash } from 'node:crypto'

/** Source expression of an inline script or style: nothing but this very text runs. */
export function scriptHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
