import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { authorization, chooseChallenge } from '../../src/camera/digest.js'
import { type LoginEffect, loginStep, NO_LOGIN_YET } from '../../src/camera/rtsp-login.js'
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

test('messages and interleaved packets are kept apart in every cut of the bytes', () => {
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

/** One connection's login, message by message. */
function session(as: { username: string; password: string } | undefined) {
  let state = NO_LOGIN_YET
  const take = (from: 'client' | 'server', m: RtspMessage): LoginEffect[] => {
    const [next, effects] = loginStep(state, { from, message: m }, as, 'c0ffee')
    state = next
    return effects
  }
  /** What goes on because of `m`, and to whom. */
  const passed = (from: 'client' | 'server', m: RtspMessage) => {
    const last = take(from, m).at(-1)
    if (last === undefined || !('to' in last)) throw new Error('nothing passed')
    return last
  }
  return { take, passed }
}

const replyTo = (sent: RtspMessage, status: string, ...headers: string[]) =>
  message(`RTSP/1.0 ${status}`, `CSeq: ${headerOf(sent.headers, 'CSeq')}`, ...headers)
const DESCRIBE = message('DESCRIBE rtsp://gate/cam RTSP/1.0', 'CSeq: 7')
const digest = (nonce: string) => `WWW-Authenticate: Digest realm="r", nonce="${nonce}"`
const sentAuthorization = ({ message: m }: { message: RtspMessage }) => headerOf(m.headers, 'Authorization')

test('a challenge is answered in the place of the client, which sees its own sequence numbers', () => {
  const { passed } = session(login)
  const sent = passed('client', DESCRIBE)
  expect(sent.to).toBe('server')
  expect(sentAuthorization(sent)).toBeUndefined()
  const again = passed('server', replyTo(sent.message, '401 Unauthorized', digest('n1')))
  expect(again.to).toBe('server')
  expect(sentAuthorization(again)).toContain('nonce="n1"')
  const done = passed('server', replyTo(again.message, '200 OK'))
  expect([done.to, headerOf(done.message.headers, 'CSeq')]).toEqual(['client', '7'])
  // From now on at once, until the nonce is stale.
  const play = passed('client', message('PLAY rtsp://gate/cam RTSP/1.0', 'CSeq: 8'))
  expect(sentAuthorization(play)).toContain('uri="rtsp://gate/cam"')
  const fresh = passed('server', replyTo(play.message, '401 Unauthorized', digest('n2')))
  expect(fresh.to).toBe('server')
  expect(sentAuthorization(fresh)).toContain('nonce="n2"')
})

test.each([
  ['digest', [digest('n1'), digest('n1')]],
  ['digest with a nonce for each refusal', [digest('n1'), digest('n2')]],
  ['basic', ['WWW-Authenticate: Basic realm="r"', 'WWW-Authenticate: Basic realm="r"']],
])(
  'a password that is refused (%s) is tried once, and the client gets no challenge to try it again',
  (_, [first, second]) => {
    const { take, passed } = session(login)
    const again = passed('server', replyTo(passed('client', DESCRIBE).message, '401 Unauthorized', first!))
    expect(sentAuthorization(again)).toBeDefined()
    const [refused, reported] = take('server', replyTo(again.message, '401 Unauthorized', second!))
    expect(refused).toEqual({ refused: 'refuses the user name or the password' })
    const bare = message('RTSP/1.0 401 Unauthorized', 'CSeq: 7')
    expect(reported).toEqual({ to: 'client', message: bare, replyTo: 'DESCRIBE' })
  },
)

test('a Basic login that was good and is refused later is not sent a second time', () => {
  const { take, passed } = session(login)
  const basic = 'WWW-Authenticate: Basic realm="r"'
  const again = passed('server', replyTo(passed('client', DESCRIBE).message, '401 Unauthorized', basic))
  passed('server', replyTo(again.message, '200 OK'))
  const setup = passed('client', message('SETUP rtsp://gate/cam/1 RTSP/1.0', 'CSeq: 8'))
  expect(sentAuthorization(setup)).toBeDefined()
  expect(take('server', replyTo(setup.message, '401 Unauthorized', basic))[0]).toHaveProperty('refused')
})

test.each([
  ['no login is known', undefined, '401 Unauthorized', [digest('n')], 'asks for a user name and a password'],
  ['the login is of another kind', login, '401 Unauthorized', ['WWW-Authenticate: NTLM'], /\(NTLM\)$/],
  ['no kind is named', login, '401 Unauthorized', [], /\(none named\)$/],
  ['the user may not see it', login, '403 Forbidden', [], 'forbids the stream to this user'],
] as const)('a server that lets nobody in says why: %s', (_, as, status, headers, why) => {
  const { take, passed } = session(as)
  const effects = take('server', replyTo(passed('client', DESCRIBE).message, status, ...headers))
  expect(effects[0]).toEqual({ refused: expect.stringMatching(why) })
  expect(effects[1]).toMatchObject({ to: 'client', message: { first: `RTSP/1.0 ${status}` } })
})

test('a request of the server, and a reply to none of ours, pass', () => {
  const { take } = session(login)
  const asks = message('GET_PARAMETER rtsp://a RTSP/1.0', 'CSeq: 1')
  expect(take('server', asks)).toEqual([{ to: 'client', message: asks }])
  const stray = message('RTSP/1.0 401 Unauthorized', 'CSeq: 99', digest('n'))
  expect(take('server', stray)).toEqual([{ to: 'client', message: stray }])
})

test('over UDP the client learns where packets come from; packets over TCP pass untouched', async () => {
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
  const relay = await openRtspRelay({ server: camera, ip: '10.0.0.12', origin: 'rtsp://gate:554', login: undefined })
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
