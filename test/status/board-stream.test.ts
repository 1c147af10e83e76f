import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { boardStream, snapshots } from '../../src/status/board-stream.js'

async function* chunks(...texts: string[]) {
  for (const text of texts) yield new TextEncoder().encode(text)
}

test('events are put together from whatever pieces they come in', async () => {
  const seen = []
  const pieces = chunks('retry: 2000\nda', 'ta: {"unit":"a"}\n', '\ndata: {"unit":"b"}\n\n: comment\n\ndata: {"un')
  for await (const board of snapshots(pieces)) seen.push(board.unit)
  expect(seen).toEqual(['a', 'b'])
})

test('a server that is not there yet, refuses, or hangs up is asked again', async () => {
  let asked = 0
  const server = createServer((_, response) => {
    asked++
    if (asked === 1) response.writeHead(503).end()
    else response.writeHead(200).end(`data: {"unit":"n${asked}"}\n\n`)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  const over = new AbortController()
  const seen = []
  for await (const board of boardStream(`127.0.0.1:${port}`, over.signal)) {
    seen.push(board.unit)
    if (seen.length === 2) over.abort()
  }
  expect(seen).toEqual(['n2', 'n3'])
})
