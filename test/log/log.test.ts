import { Writable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLog, type Log } from '../../src/log/log.js'

function logged(options: { secrets?: string[]; isTTY?: boolean }, write: (log: Log) => void): string[] {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log = createLog({
    level: 'debug',
    secrets: options.secrets ?? [],
    stream: Object.assign(stream, { isTTY: options.isTTY }),
  })
  write(log)
  return lines
}

afterEach(() => vi.unstubAllEnvs())

describe('createLog', () => {
  it('writes one JSON object a line', () => {
    const [line, ...rest] = logged({}, (log) => log.warn({ camera: 'gate', seq: 3 }, "camera 'gate': stalled"))
    expect(rest).toEqual([])
    expect(line?.endsWith('\n')).toBe(true)
    expect(JSON.parse(line!)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      camera: 'gate',
      seq: 3,
      msg: "camera 'gate': stalled",
    })
  })

  it('writes one-liners on a terminal', () => {
    vi.stubEnv('NO_COLOR', '1')
    vi.stubEnv('JOURNAL_STREAM', undefined)
    const lines = logged({ isTTY: true }, (log) => {
      log.warn({ camera: 'gate', changes: ['a', 'b'] }, 'two changes')
      log.info('plain')
    })
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}two changes {2}camera=gate changes=\["a","b"\]\n$/)
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d info {2}plain\n$/)
  })

  it('writes JSON under systemd, whatever the stream is', () => {
    vi.stubEnv('JOURNAL_STREAM', '8:1234')
    const [line] = logged({ isTTY: true }, (log) => log.info('x'))
    expect(JSON.parse(line!).msg).toBe('x')
  })

  it('lets no text steer the terminal', () => {
    vi.stubEnv('JOURNAL_STREAM', undefined)
    vi.stubEnv('NO_COLOR', '1')
    const [line] = logged({ isTTY: true }, (log) => log.info({ from: 'a\u001b]0;x\u0007' }, 'red \u001b[31m\nnext'))
    expect(line?.trimEnd()).not.toMatch(/\p{Cc}/u)
  })

  it('takes another level at once', () => {
    const lines = logged({}, (log) => {
      log.level = 'error'
      log.warn('quiet')
      log.error('loud')
    })
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['loud'])
  })
})

describe('a secret', () => {
  const secret = 'p@ss/w"ö\\rd %1!'
  const places: [string, (log: Log) => void][] = [
    ['the message', (log) => log.info(`tried ${secret} twice`)],
    ['a field', (log) => log.info({ url: secret }, 'x')],
    ['a deep field', (log) => log.info({ a: [{ b: { c: `<${secret}>` } }] }, 'x')],
    ['the name of a field', (log) => log.info({ [secret]: 1 }, 'x')],
    ['an error', (log) => log.error(new Error(`no ${secret}`))],
    ["an error's cause", (log) => log.error({ err: new Error('x', { cause: new Error(secret) }) }, 'y')],
    ['percent-encoded text', (log) => log.info(`rtsp://h/?p=${encodeURIComponent(secret)}`)],
    [
      'percent-encoded text in small letters',
      (log) => log.info(encodeURIComponent(secret).replace(/%../g, (x) => x.toLowerCase())),
    ],
    ['a child', (log) => log.child({ room: secret }).info('x')],
  ]
  const leaks = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].map((form) =>
    form.toLowerCase(),
  )

  it.each(places)('is masked in %s', (_, write) => {
    vi.stubEnv('JOURNAL_STREAM', undefined)
    for (const isTTY of [false, true]) {
      const text = logged({ secrets: [secret], isTTY }, write).join('')
      expect(text).toContain('***')
      for (const form of leaks) expect(text.toLowerCase()).not.toContain(form)
    }
  })

  it('that is short breaks no line', () => {
    const [line] = logged({ secrets: ['1', 'e', '"', ':', 'info'] }, (log) => log.info({ n: 111, s: '1:e' }, 'level'))
    expect(JSON.parse(line!)).toMatchObject({ level: 'info', n: 111, s: '*********', msg: 'l***v***l' })
  })

  it('that comes with a reload is masked from then on, the old one too', () => {
    const lines = logged({ secrets: ['old-one'] }, (log) => {
      log.mask(['new-one'])
      log.info('old-one new-one')
    })
    expect(JSON.parse(lines[0]!).msg).toBe('*** ***')
  })

  it('that begins with another one is masked whole', () => {
    const [line] = logged({ secrets: ['abc', 'abcdef'] }, (log) => log.info('abcdef abc'))
    expect(JSON.parse(line!).msg).toBe('*** ***')
  })

  it.each([
    ['open rtsp://admin:12345@10.0.0.1/x failed', 'open rtsp://***@10.0.0.1/x failed'],
    ['rtsp://admin:a/b@c@10.0.0.1/x', 'rtsp://***@10.0.0.1/x'],
    ['http://h/?user=a&password=b&x=1', 'http://h/?user=a&password=***&x=1'],
    ['rtsp://h/user=admin_password=tlJwpbo6_channel=1', 'rtsp://h/user=admin_password=***_channel=1'],
    ['mail bob@example.org about rtsp://h/x', 'mail bob@example.org about rtsp://h/x'],
  ])('is not needed to mask %s', (text, expected) => {
    const [line] = logged({}, (log) => log.info(text))
    expect(JSON.parse(line!).msg).toBe(expected)
  })
})
