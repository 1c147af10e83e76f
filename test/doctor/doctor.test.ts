import { existsSync, writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { doctorCommand } from '../../src/cli/doctor.js'
import { checkNode, checkStateDir, gpuRemedy } from '../../src/doctor/checks.js'
import { type Finding, findingLines } from '../../src/doctor/report.js'
import { bundled, drawClip, freePort, temporaryFolder } from '../camera/partners.js'
import { rtspServer } from '../camera/rtsp-server.js'
import { WORKER_PYTHON } from '../fixtures/worker-python.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string

beforeAll(async () => {
  folder = await temporaryFolder()
  clip = `${folder.path}/clip.mp4`
  await drawClip(clip, 10)
})
afterAll(() => folder.remove())
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

interface Report {
  readonly code: number
  readonly ok: boolean
  readonly findings: Finding[]
  readonly text: string
}

async function run(argv: string[]): Promise<Report> {
  const out: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(line))
  const code = await doctorCommand.run([...argv, '--json'])
  return { code, ...JSON.parse(out[0]!), text: out.join('\n') }
}

const of = (report: Report, subject: string) => report.findings.filter((f) => f.subject === subject)

test('without a configuration: Node, ffmpeg and why, the providers, the models', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', bundled.path)
  const report = await run([])
  expect(of(report, 'node')[0]).toMatchObject({ level: 'ok' })
  expect(of(report, 'ffmpeg')[0]).toMatchObject({ level: 'ok', text: expect.stringContaining('FRAMEWARDEN_FFMPEG') })
  expect(of(report, 'runtime')[0]).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/; chosen by models.runtime: auto, /),
  })
  expect(of(report, 'provider cpu')[0]).toMatchObject({ level: 'ok' })
  expect(of(report, 'models')[0]).toMatchObject({ level: 'ok', text: expect.stringContaining('right hash') })
  expect([report.code, report.ok]).toEqual([0, true])
})

test('a configuration: what works and what does not, each with its remedy, and no secret', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', bundled.path)
  vi.stubEnv('GATE_PASSWORD', 'open-sesame')
  vi.stubEnv('WRONG_PASSWORD', 'guessed-wrong')
  const login = { username: 'viewer', password: 'open-sesame' }
  const server = await rtspServer({ clip, folder: folder.path, login })
  const url = `rtsp://127.0.0.1:${server.port}/cam`
  const path = `${folder.path}/config.yaml`
  writeFileSync(
    path,
    `unit: gate-7
state_dir: ${folder.path}/state
mqtt: { url: mqtt://127.0.0.1:${await freePort()} }
cameras:
  - { id: gate, url: "${url}", username: viewer, password: { env: GATE_PASSWORD } }
  - { id: locked, url: "${url}", username: viewer, password: { env: WRONG_PASSWORD } }
  - { id: away, url: "rtsp://127.0.0.1:${await freePort()}/cam" }
  - { id: pushes, url: "rtsp://127.0.0.1:${await freePort()}/cam", listen: true }
`,
  )
  const report = await run(['--config', path])
  await server.close()
  expect(report.code).toBe(1)
  expect(of(report, 'config')[0]).toMatchObject({ level: 'ok' })
  expect(of(report, 'state_dir')[0]!.text).toContain('to be made')
  expect(of(report, 'broker')[0]).toMatchObject({
    level: 'bad',
    text: expect.stringContaining('FW_BROKER_UNREACHABLE'),
  })
  expect(of(report, 'camera gate')[0]).toMatchObject({
    level: 'ok',
    text: expect.stringMatching(/h264 320x180, 1\d(\.\d)? frames/),
  })
  expect(of(report, 'camera locked')[0]).toMatchObject({
    level: 'bad',
    code: 'FW_CAMERA_AUTH',
    remedy: expect.stringContaining('password'),
  })
  expect(of(report, 'camera away')[0]).toMatchObject({ level: 'bad', code: 'FW_CAMERA_REFUSED' })
  expect(of(report, 'camera pushes')[0]).toMatchObject({ level: 'ok' })
  expect(report.text).not.toMatch(/open-sesame|guessed-wrong/)
})

test.skipIf(WORKER_PYTHON === undefined)(
  'a Python that runs the networks: its version, and what it lacks of the providers that were asked for (.cache/worker)',
  async () => {
    vi.stubEnv('FRAMEWARDEN_FFMPEG', bundled.path)
    const path = `${folder.path}/python.yaml`
    const models = `{ runtime: python, python: ${WORKER_PYTHON}, providers: [cuda, cpu] }`
    const gate = `{ id: gate, url: ${clip} }`
    writeFileSync(path, `unit: gate-7\nstate_dir: ${folder.path}\nmodels: ${models}\ncameras: [${gate}]\n`)
    const report = await run(['--config', path])
    expect(of(report, 'runtime')).toEqual([
      { level: 'ok', subject: 'runtime', text: expect.stringMatching(/^python, onnxruntime .* on cpu; chosen by/) },
    ])
    expect(of(report, 'provider cuda')).toMatchObject([
      { level: 'bad', code: 'FW_PROVIDER_UNAVAILABLE', text: expect.stringContaining('not in this onnxruntime') },
    ])
  },
)

test('a Python that is asked for and is not there is bad, and the rest is still looked at', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', bundled.path)
  const path = `${folder.path}/no-python.yaml`
  const models = '{ runtime: python, python: /nowhere/python3 }'
  writeFileSync(
    path,
    `unit: gate-7\nstate_dir: ${folder.path}\nmodels: ${models}\ncameras: [{ id: gate, url: ${clip} }]\n`,
  )
  const report = await run(['--config', path])
  expect(of(report, 'runtime')).toMatchObject([
    { level: 'bad', code: 'FW_WORKER_MISSING', remedy: expect.stringContaining('models.python') },
  ])
  expect(of(report, 'models')[0]).toMatchObject({ level: 'ok' })
})

test('a wrong configuration is reported with line and column, the rest is looked at, and the exit code is 2', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', bundled.path)
  const path = `${folder.path}/wrong.yaml`
  writeFileSync(path, 'unit: gate-7\nstate_dir: /tmp\ncamera: []\n')
  const report = await run(['--config', path])
  expect(report.code).toBe(2)
  const places = of(report, 'config').map((f) => f.text)
  expect(places).toContainEqual(expect.stringMatching(/wrong\.yaml:3:1: .*camera/))
  expect(of(report, 'ffmpeg')[0]).toMatchObject({ level: 'ok' })
})

test('an ffmpeg that is named and does not run is bad, and the rest is still looked at', async () => {
  vi.stubEnv('FRAMEWARDEN_FFMPEG', '/nowhere/ffmpeg')
  const report = await run([])
  expect(of(report, 'ffmpeg')[0]).toMatchObject({ level: 'bad', code: 'FW_FFMPEG_MISSING' })
  expect(of(report, 'models').length).toBe(1)
  expect(report.code).toBe(1)
})

test('an old Node, a folder that nobody may write, more wanted than the disk has', async () => {
  expect((await checkNode('20.18.3'))[0]!.level).toBe('bad')
  expect((await checkNode('22.1.0'))[0]!.level).toBe('ok')
  const little = { maxBytes: 1, maxAgeMs: 1 }
  const much = { maxBytes: 1e18, maxAgeMs: 1 }
  expect((await checkStateDir({ stateDir: folder.path, evidence: little, spool: little }))[0]!.level).toBe('ok')
  expect((await checkStateDir({ stateDir: `${folder.path}/a/b`, evidence: much, spool: little }))[0]).toMatchObject({
    level: 'note',
  })
  expect((await checkStateDir({ stateDir: '/proc/framewarden', evidence: little, spool: little }))[0]).toMatchObject({
    level: 'bad',
  })
})

test('the remedy for a GPU can be run from anywhere', () => {
  const [, program] = /^Only for a GPU: ONNXRUNTIME_NODE_INSTALL=cuda12 node (.+), and CUDA/.exec(
    gpuRemedy('libx.so is missing'),
  )!
  expect(isAbsolute(program!)).toBe(true)
  expect(existsSync(program!)).toBe(true)
})

test('a line a finding, its remedy below, colour on a terminal alone', () => {
  const findings: Finding[] = [
    { level: 'ok', subject: 'node', text: '20' },
    { level: 'bad', subject: 'camera a', code: 'FW_CAMERA_AUTH', text: 'no', remedy: 'Do.' },
  ]
  expect(findingLines(findings, false)).toEqual([
    'ok    node      20',
    'bad   camera a  FW_CAMERA_AUTH: no',
    '                -> Do.',
  ])
  expect(findingLines(findings, true)[0]).toContain('\u001b[32m')
})
