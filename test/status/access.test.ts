import { expect, test } from 'vitest'
import { isAllowed, isHostKnown, sessionCookie } from '../../src/status/access.js'

const loopback = { host: '127.0.0.1' }
const behindProxy = { host: '127.0.0.1', publicUrl: 'https://gate-7.example', token: 'swordfish' }

test.each(['127.0.0.1:9464', 'localhost:9464', 'localhost:1', '[::1]:9464', '192.0.2.7:9464', 'LOCALHOST'])(
  'host %s is this server, or an address that nobody can point elsewhere',
  (host) => {
    expect(isHostKnown(host, loopback)).toBe(true)
  },
)

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example:9464',
  'evil.example@localhost',
  'a b',
  'localhost:x',
  '127.0.0.1.evil.example',
])('host %s is refused: a name that somebody else controls may point here', (host) => {
  expect(isHostKnown(host, loopback)).toBe(false)
})

test('the names of http.listen and http.public_url are known', () => {
  expect(isHostKnown('gate-7.example', behindProxy)).toBe(true)
  expect(isHostKnown('gate-7.example:8443', behindProxy)).toBe(true)
  expect(isHostKnown('gate-8.example', behindProxy)).toBe(false)
  expect(isHostKnown('camera-unit:9464', { host: 'camera-unit' })).toBe(true)
})

test('without a token all may look; with one the bearer or the cookie that it made', () => {
  expect(isAllowed({}, loopback)).toBe(true)
  expect(isAllowed({}, behindProxy)).toBe(false)
  expect(isAllowed({ authorization: 'Bearer swordfish' }, behindProxy)).toBe(true)
  expect(isAllowed({ authorization: 'bearer  swordfish' }, behindProxy)).toBe(true)
  for (const authorization of ['Bearer sword', 'Bearer swordfish2', 'Basic swordfish', 'swordfish', 'Bearer '])
    expect(isAllowed({ authorization }, behindProxy)).toBe(false)
  const cookie = sessionCookie('swordfish', 'localhost', undefined).split(';')[0]!
  expect(isAllowed({ cookie }, behindProxy)).toBe(true)
  expect(isAllowed({ cookie: `other=1; ${cookie}` }, behindProxy)).toBe(true)
  expect(isAllowed({ cookie }, { ...behindProxy, token: 'another' })).toBe(false)
  expect(isAllowed({ cookie: 'framewarden=swordfish' }, behindProxy)).toBe(false)
  expect(isAllowed({ cookie, authorization: 'Bearer wrong' }, behindProxy)).toBe(false)
})

test('the cookie holds no token, is for no script, and goes over TLS alone where the page does', () => {
  const plain = sessionCookie('swordfish', 'localhost:9464', 'https://gate-7.example')
  expect(plain).not.toContain('swordfish')
  expect(plain).toMatch(/; HttpOnly; SameSite=Lax$/)
  expect(sessionCookie('swordfish', 'gate-7.example', 'https://gate-7.example')).toMatch(/; Secure$/)
})
