/** What the server says, and the headers that go with all of it. */
import type { ServerResponse } from 'node:http'

export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

type Headers = Readonly<Record<string, string>>

export function sendBody(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  more: Headers = {},
): void {
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, { ...SAFE_HEADERS, 'content-type': type, 'content-length': length, ...more }).end(body)
}

export function sendJson(response: ServerResponse, status: number, value: unknown, more: Headers = {}): void {
  sendBody(response, status, 'application/json', `${JSON.stringify(value)}\n`, more)
}

export function sendHtml(
  response: ServerResponse,
  status: number,
  html: string,
  policy: string,
  more: Headers = {},
): void {
  sendBody(response, status, 'text/html; charset=utf-8', html, { 'content-security-policy': policy, ...more })
}

/** A browser that wants to show something, not a program that wants the data: RFC 9110 12.5.1. */
export function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false
}
