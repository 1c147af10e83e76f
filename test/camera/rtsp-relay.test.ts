import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { authorization, chooseChallenge } from '../../src/camera/digest.js'
import { rtspLogin } from '../../src/camera/rtsp-login.js'
import { headerOf, type RtspMessage, rtspSplitter, wire } from '../../src/camera/rtsp-messages.js'
import { openRtspRelay } from '../../src/camera/rtsp-relay.js'

const login = { username: 'Mufasa', password: 'Circle Of Life' }

test('digest as in RFC 2617 3.5', () => {
  const value =
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
  const challenge = chooseChallenge([value])!
  expect(challenge).toMatchObject({ scheme: 'digest', realm: 'testrealm@host.com', qop: true, algorithm: 'MD5' })
  const request = { method: 'GET', uri: '/dir/index.html', count: 1, cnonce: '0a4f113b' }
  const answer = authorization(challenge, login, request)
  expect(answer).toContain('response="6629fae49393a05397450978507c4ef1"')
  expect(answer).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, nc=00000001, cnonce="0a4f113b"')
})

test('digest with SHA-256 as in RFC 7616 3.9.1', () => {
  const value =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const request = {
    method: 'GET',
    uri: '/dir/index.html',
    count: 1,
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  }
  expect(
    authorization(chooseChallenge([value])!, { username: 'Mufasa', password: 'Circle of Life' }, request),
  ).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"')
})

test('the stronger of several challenges is answered; unknown ones are none', () => {
  const md5 = 'Digest realm="cam", nonce="1"'
  expect(chooseChallenge(['Basic realm="cam"', md5, `${md5}, algorithm="SHA-256"`])).toMatchObject({
    algorithm: 'SHA-256',
  })
  expect(chooseChallenge(['Basic realm="cam"', md5])).toMatchObject({ algorithm: 'MD5', qop: false })
  expect(
    authorization(
      chooseChallenge(['Basic realm="x"'])!,
      { username: 'a', password: 'b' },
      { method: 'X', uri: '/', count: 1, cnonce: '' },
    ),
  ).toBe('Basic YTpi')
  expect(
    chooseChallenge(['Negotiate', 'Digest realm="cam", nonce="1", algorithm=SHA-512-256', 'Digest nonsense']),
  ).toBeUndefined()
})

/** Messages and packets as text, whatever the chunks. */
function split(bytes: Buffer, size: number): { messages: string[]; packets: string } {
  const messages: string[] = []
  const packets: Buffer[] = []
  const push = rtspSplitter(
    (m) => messages.push(`${m.first}|${m.headers.join('|')}|${m.body.toString('latin1')}`),
    (b) => packets.push(Buffer.from(b)),
  )
  for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size))
  return { messages, packets: Buffer.concat(packets).toString('hex') }
}

test('messages and interleaved packets are told apart in every cut of the bytes', () => {
  const packet = Buffer.from([0x24, 0, 0, 6, 0x52, 0x54, 0x53, 0x50, 0x0d, 0x0a]) // holds "RTSP\r\n"
  const empty = Buffer.from([0x24, 1, 0, 0])
  const reply = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\n$\0\0\x09A', 'latin1')
  const asks = Buffer.from('SET_PARAMETER rtsp://a/b RTSP/1.0\r\nCSeq: 9\r\n\r\n')
  const all = Buffer.concat([reply, packet, packet, asks, empty, packet, reply])
  const want = {
    messages: [
      'RTSP/1.0 200 OK|CSeq: 2|Content-Length: 5|$\0\0\tA',
      'SET_PARAMETER rtsp://a/b RTSP/1.0|CSeq: 9|',
      'RTSP/1.0 200 OK|CSeq: 2|Content-Length: 5|$\0\0\tA',
    ],
    packets: Buffer.concat([packet, packet, empty, packet]).toString('hex'),
  }
  for (let size = 1; size <= all.length; size++) expect(split(all, size)).toEqual(want)
})

test('stray bytes pass, and the next message is found again', () => {
  const junk = Buffer.from([0, 0xff, 0x61, 0x62])
  const reply = Buffer.from('RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n')
  const { messages, packets } = split(Buffer.concat([junk, reply]), 3)
  expect(messages).toEqual(['RTSP/1.0 200 OK|CSeq: 2|'])
  expect(packets).toBe(junk.toString('hex'))
})

test('a message without end is refused', () => {
  const push = rtspSplitter(
    () => {},
    () => {},
  )
  expect(() => push(Buffer.from(`RTSP/1.0 200 OK\r\nX: ${'x'.repeat(70_000)}`))).toThrow(/without end/)
})

const message = (first: string, ...headers: string[]): RtspMessage => ({ first, headers, body: Buffer.alloc(0) })

test('a challenge is answered in the place of the client, which sees its own sequence numbers', () => {
  const session = rtspLogin(login)
  const sent = session.request(message('DESCRIBE rtsp://gate/cam RTSP/1.0', 'CSeq: 7'))
  expect(headerOf(sent.headers, 'Authorization')).toBeUndefined()
  const challenged = message(
    'RTSP/1.0 401 Unauthorized',
    `CSeq: ${headerOf(sent.headers, 'CSeq')}`,
    'WWW-Authenticate: Digest realm="r", nonce="n1"',
  )
  const again = session.reply(challenged)
  if (!('again' in again)) throw new Error('not sent again')
  expect(headerOf(again.again.headers, 'Authorization')).toContain('nonce="n1"')
  const done = session.reply(message('RTSP/1.0 200 OK', `CSeq: ${headerOf(again.again.headers, 'CSeq')}`))
  expect('forClient' in done && headerOf(done.forClient.headers, 'CSeq')).toBe('7')
  // From now on at once, until the nonce is stale.
  const play = session.request(message('PLAY rtsp://gate/cam RTSP/1.0', 'CSeq: 8'))
  expect(headerOf(play.headers, 'Authorization')).toContain('uri="rtsp://gate/cam"')
  const stale = message(
    'RTSP/1.0 401 Unauthorized',
    `CSeq: ${headerOf(play.headers, 'CSeq')}`,
    'WWW-Authenticate: Digest realm="r", nonce="n2", stale=true',
  )
  const fresh = session.reply(stale)
  expect('again' in fresh && headerOf(fresh.again.headers, 'Authorization')).toContain('nonce="n2"')
})

test('a password that is refused is refused once: the client is told, nothing is tried for ever', () => {
  const session = rtspLogin(login)
  const refusal = (sent: RtspMessage) =>
    message(
      'RTSP/1.0 401 Unauthorized',
      `CSeq: ${headerOf(sent.headers, 'CSeq')}`,
      'WWW-Authenticate: Digest realm="r", nonce="n"',
    )
  const first = session.reply(refusal(session.request(message('DESCRIBE rtsp://gate/cam RTSP/1.0', 'CSeq: 2'))))
  if (!('again' in first)) throw new Error('not sent again')
  const second = session.reply(refusal(first.again))
  expect('forClient' in second && second.forClient.first).toBe('RTSP/1.0 401 Unauthorized')
})

test('over UDP the client is told where packets come from; packets over TCP pass untouched', async () => {
  const seen: string[] = []
  const cameraSide = createServer((socket) => {
    socket.on('data', (chunk) => {
      seen.push(chunk.toString('latin1'))
      const seq = /CSeq: (\d+)/.exec(chunk.toString('latin1'))?.[1]
      socket.write(
        `RTSP/1.0 200 OK\r\nCSeq: ${seq}\r\nTransport: RTP/AVP/UDP;unicast;client_port=1-2;server_port=3-4\r\n\r\n`,
      )
      socket.write(Buffer.from([0x24, 0, 0, 2, 1, 2]))
    })
  }).listen(0, '127.0.0.1')
  await once(cameraSide, 'listening')
  const camera: Socket = connect((cameraSide.address() as { port: number }).port, '127.0.0.1')
  await once(camera, 'connect')
  const relay = await openRtspRelay({ camera, ip: '10.0.0.12', origin: 'rtsp://gate:554', login: undefined })
  const client = connect(relay.port, '127.0.0.1')
  client.write(wire(message(`SETUP rtsp://127.0.0.1:${relay.port}/cam/track1 RTSP/1.0`, 'CSeq: 3')))
  let got = Buffer.alloc(0)
  while (got.at(-1) !== 2) got = Buffer.concat([got, (await once(client, 'data'))[0] as Buffer])
  expect(seen[0]).toContain('SETUP rtsp://gate:554/cam/track1 RTSP/1.0\r\n')
  expect(got.toString('latin1')).toContain('server_port=3-4;source=10.0.0.12\r\n')
  expect(got.subarray(-6)).toEqual(Buffer.from([0x24, 0, 0, 2, 1, 2]))
  relay.close()
  await once(client, 'close')
  cameraSide.close()
})
