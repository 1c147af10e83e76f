/** One POST, and what it came to. Decides nothing. */

const PATIENCE_MS = 10_000

/** `unreachable`: nobody answered. `answered`: with this status, RFC 9110 15. */
export type Posted =
  | { readonly type: 'answered'; readonly status: number }
  | { readonly type: 'unreachable'; readonly text: string }

/** Never rejects. A redirect is not followed: the secret's signature would go to whoever it names. */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Posted> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  try {
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal: limit })
    await response.body?.cancel()
    return { type: 'answered', status: response.status }
  } catch (error) {
    return { type: 'unreachable', text: reasonOf(error as Error) }
  }
}

/** fetch says `fetch failed` and keeps the reason. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${PATIENCE_MS / 1000} s`
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return cause?.code ?? cause?.message ?? error.message
}
