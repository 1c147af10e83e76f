import { expect, test } from 'vitest'
import { parseCameraUrl, rtspUrl } from '../../src/camera/camera-url.js'

test.each([
  ['rtsp://10.0.0.12/stream2', { kind: 'rtsp', tls: false, host: '10.0.0.12', port: 554, path: '/stream2' }],
  ['rtsps://gate.example', { kind: 'rtsp', tls: true, host: 'gate.example', port: 322, path: '/' }],
  [
    'RTSP://gate:8554/a?channel=1&b=%20',
    { kind: 'rtsp', tls: false, host: 'gate', port: 8554, path: '/a?channel=1&b=%20' },
  ],
  ['rtsp://[fe80::1]:8554/cam', { kind: 'rtsp', tls: false, host: 'fe80::1', port: 8554, path: '/cam' }],
  ['rtsp://gate?profile=1', { kind: 'rtsp', tls: false, host: 'gate', port: 554, path: '/?profile=1' }],
  ['/clips/a.mp4', { kind: 'file', path: '/clips/a.mp4' }],
  ['file:///clips/a%20b.mp4', { kind: 'file', path: '/clips/a b.mp4' }],
])('%s', (url, address) => {
  expect(parseCameraUrl(url)).toEqual(address)
})

test.each([
  ['rtsp://viewer:secret@10.0.0.12/cam', /credentials/],
  ["rtsp://10.0.0.12/it's", /quote/],
  ['rtsp://10.0.0.12/a\nfile x', /quote|blank/],
  ['rtsp://10.0.0.12/a b', /blank/],
  ['http://10.0.0.12/cam', /scheme 'http'/],
  ['rtsp://10.0.0.12:99999/', /no host and port/],
  ['rtsp:///cam', /no host and port/],
])('%s is refused', (url, why) => {
  expect(() => parseCameraUrl(url)).toThrow(why)
})

test('what is refused does not show the secret', () => {
  expect(() => parseCameraUrl('rtsp://viewer:secret@10.0.0.12/cam')).toThrow(expect.not.stringContaining('secret'))
})

test('an IPv6 address is put in brackets for ffmpeg', () => {
  expect(rtspUrl('::1', 554, '/cam')).toBe('rtsp://[::1]:554/cam')
})
