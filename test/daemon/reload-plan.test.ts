import { describe, expect, it } from 'vitest'
import { diffSettings } from '../../src/config/diff.js'
import { heldKeys, keysOf, planReload, type Step, stepsBack } from '../../src/daemon/reload-plan.js'
import { settingsOf } from '../fixtures/settings.js'

const CAMERAS = 'cameras: [{ id: gate, url: rtsp://gate/x }, { id: yard, url: rtsp://yard/x }]\n'
const BASE = `unit: test\nmqtt: { url: mqtt://b }\n${CAMERAS}`
const before = settingsOf(BASE)

const plan = (text: string) => planReload(before, settingsOf(text))
const cameras = (change: Partial<Extract<Step, { kind: 'cameras' }>> = {}): Step => ({
  ...{ kind: 'cameras', removed: [], restarted: new Set(), adjusted: new Set() },
  ...change,
})

describe('a reload', () => {
  it.each([
    ['nothing', `# the same\n${BASE}`, [], []],
    ['the level of the log', `${BASE}log: { level: debug }\n`, [], [{ kind: 'log' }]],
    ['the broker', BASE.replace('mqtt://b', 'mqtt://c'), ['broker'], [{ kind: 'broker' }]],
    ['a webhook', `${BASE}webhooks: [{ url: "http://a/1" }]\n`, [], [{ kind: 'webhooks' }]],
    ['no broker any more', BASE.replace('mqtt: { url: mqtt://b }', ''), ['broker'], [{ kind: 'broker' }]],
    ['the bundle', `${BASE}models: { bundle: other }\n`, ['guard'], [cameras(), { kind: 'guards' }]],
    ['the ffmpeg', `${BASE}ffmpeg: /other\n`, ['guard'], [cameras(), { kind: 'guards' }]],
    ['room for pictures', `${BASE}evidence: { max_bytes: 1GiB }\n`, ['guard'], [cameras(), { kind: 'guards' }]],
    ['one camera', BASE.replace('rtsp://yard/x', 'rtsp://yard/y'), [], [cameras({ restarted: new Set(['yard']) })]],
    [
      'a threshold',
      BASE.replace('url: rtsp://yard/x', 'url: rtsp://yard/x, detection: { threshold: 3 }'),
      [],
      [cameras({ adjusted: new Set(['yard']) })],
    ],
    [
      'a camera for another one',
      BASE.replace('id: yard', 'id: door'),
      [],
      [cameras({ removed: ['yard'], restarted: new Set(['yard', 'door']) })],
    ],
  ])('of %s takes these steps', (_, text, trials, steps) => {
    expect(plan(text)).toMatchObject({ trials, steps })
  })

  it('takes the steps in an order, whatever the order in the file: log, broker, cameras, guards', () => {
    const all = `${BASE.replace('mqtt://b', 'mqtt://c')}models: { threads: 2 }\nlog: { level: warn }\n`
    expect(plan(all).steps.map((step) => step.kind)).toEqual(['log', 'broker', 'cameras', 'guards'])
    expect(plan(all).trials).toEqual(['broker', 'guard'])
    expect(keysOf(plan(all), 'guard')).toEqual(['models.threads'])
    expect(keysOf(plan(all), 'broker')).toEqual(['mqtt.url'])
    expect(keysOf(plan(all), 'log')).toEqual(['log.level'])
  })

  it('holds every key that takes effect at the next start, and does the rest', () => {
    const { settings, changes, steps, ...rest } = plan(
      [
        'unit: other',
        'state_dir: /other',
        'guards: 2',
        'spool: { max_bytes: 1MiB, max_age: 1d }',
        'http: { listen: off }',
        'mqtt: { url: mqtt://c }',
        CAMERAS,
      ].join('\n'),
    )
    expect(heldKeys({ settings, changes, steps, ...rest })).toEqual([
      'unit',
      'state_dir',
      'guards',
      'spool.max_bytes',
      'spool.max_age',
      'http.listen',
    ])
    expect(diffSettings(before, settings).map((change) => change.path)).toEqual(['mqtt.url'])
    expect(steps).toEqual([{ kind: 'broker' }])
  })
})

describe('what was applied', () => {
  const all = plan(
    `${BASE.replace('mqtt://b', 'mqtt://c').replace('id: yard', 'id: door')}models: { threads: 2 }\nlog: { level: warn }\n`,
  )

  it.each([
    [1, ['log']],
    [2, ['log', 'broker']],
    [4, ['log', 'broker', 'cameras', 'guards']],
  ])('up to step %i is taken back, and no more', (applied, kinds) => {
    expect(stepsBack(before, all, applied).map((step) => step.kind)).toEqual(kinds)
  })

  it('is taken back the other way round: a camera that came goes, one that went comes', () => {
    expect(stepsBack(before, all, 3)).toContainEqual(
      cameras({ removed: ['door'], restarted: new Set(['door', 'yard']) }),
    )
  })
})
