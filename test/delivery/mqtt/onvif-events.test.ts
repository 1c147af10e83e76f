import { expect, test } from 'vitest'
import { KINDS, type Kind } from '../../../src/core/alert.js'
import { onvifEventSchema } from '../../../src/delivery/alert-schema.js'
import { ONVIF_TOPICS, onvifEvents, onvifPayload, onvifStates } from '../../../src/delivery/mqtt/onvif-events.js'
import { topicsOf } from '../../../src/delivery/mqtt/topics.js'
import { cameraState } from '../../fixtures/alerts.js'

const lost = { code: 'FW_CAMERA_UNREACHABLE', text: 'no route' } as const

/** The topics that are true. */
function on(change: Parameters<typeof cameraState>[0]): string[] {
  return [...onvifStates(cameraState(change))].flatMap(([topic, state]) => (state ? [topic] : []))
}

test("a guarded camera with nothing amiss: every property there, and false, under ONVIF's own topics and ours", () => {
  expect([...onvifStates(cameraState())]).toEqual(ONVIF_TOPICS.map((topic) => [topic, false]))
  expect(ONVIF_TOPICS).toEqual([
    'GlobalSceneChange/AnalyticsService',
    'ImageTooBlurry/AnalyticsService',
    'ImageTooDark/AnalyticsService',
    'ImageTooBright/AnalyticsService',
    'framewarden:ImageFrozen/AnalyticsService',
    'framewarden:ImageReplayed/AnalyticsService',
    'framewarden:ImageFlickering/AnalyticsService',
    'framewarden:ImagePerturbed/AnalyticsService',
    'SignalLoss',
  ])
})

test.each<[string, readonly Kind[]]>([
  ['GlobalSceneChange/AnalyticsService', ['covered', 'turned']],
  ['ImageTooBlurry/AnalyticsService', ['defocused']],
  ['ImageTooDark/AnalyticsService', ['dark']],
  ['ImageTooBright/AnalyticsService', ['bright']],
  ['framewarden:ImageFrozen/AnalyticsService', ['frozen']],
  ['framewarden:ImageReplayed/AnalyticsService', ['loop']],
  ['framewarden:ImageFlickering/AnalyticsService', ['flicker']],
  ['framewarden:ImagePerturbed/AnalyticsService', ['noise', 'pattern', 'patch', 'lens', 'injected', 'unknown']],
])('%s is true while an incident of its kinds is open', (topic, kinds) => {
  for (const kind of KINDS) expect([kind, on({ kinds: [kind] }).includes(topic)]).toEqual([kind, kinds.includes(kind)])
})

test('a perturbation and a tamper at once are two events', () => {
  expect(on({ kinds: ['noise', 'dark'] })).toEqual([
    'ImageTooDark/AnalyticsService',
    'framewarden:ImagePerturbed/AnalyticsService',
  ])
})

test('a camera that is away: its signal is lost, and nobody says that it is not covered', () => {
  const away = { state: 'backoff', scored: false, cause: lost } as const
  expect([...onvifStates(cameraState(away))]).toEqual([['SignalLoss', true]])
  expect([...onvifStates(cameraState({ ...away, kinds: ['dark'] }))]).toEqual([
    ['ImageTooDark/AnalyticsService', true],
    ['SignalLoss', true],
  ])
})

test('a picture that stands still is frozen, and its signal is there', () => {
  const frozen = { state: 'frozen', scored: false, cause: { code: 'FW_CAMERA_FROZEN', text: 'still' } } as const
  expect([...onvifStates(cameraState(frozen))]).toEqual([
    ['framewarden:ImageFrozen/AnalyticsService', true],
    ['SignalLoss', false],
  ])
})

test.each([
  ['paused', { state: 'stopped', cause: { code: 'FW_CAMERA_PAUSED', text: 'somebody has paused it' } }],
  ['not opened yet', { state: 'connecting' }],
  ['without a guard', { state: 'backoff', cause: { code: 'FW_GUARD_LOST', text: 'ended by SIGKILL' } }],
] as const)('nothing is said of a camera that is %s', (_, change) => {
  expect([...onvifStates(cameraState({ scored: false, ...change }))]).toEqual([])
})

test('the first time all is said, what an earlier run left is deleted; then what changes', () => {
  const events = onvifEvents()
  const away = cameraState({ state: 'backoff', scored: false, cause: lost })
  const first = events.changes('gate', away)
  expect(first.map(({ topic }) => topic)).toEqual(ONVIF_TOPICS)
  expect(first.filter(({ state }) => state !== undefined)).toEqual([{ topic: 'SignalLoss', state: true }])
  expect(events.changes('gate', away)).toEqual([])
  expect(new Set(events.changes('gate', cameraState()).map(({ state }) => state))).toEqual(new Set([false]))
  const dark = 'ImageTooDark/AnalyticsService'
  expect(events.changes('gate', cameraState({ kinds: ['dark'] }))).toEqual([{ topic: dark, state: true }])
  expect(events.changes('gate', cameraState())).toEqual([{ topic: dark, state: false }])
  expect(events.forget('gate')).toEqual(ONVIF_TOPICS.map((topic) => ({ topic, state: undefined })))
  expect(events.changes('gate', cameraState())).toHaveLength(ONVIF_TOPICS.length)
})

test('topic and payload are as ONVIF Core writes them: no operation in it, an empty one deletes', () => {
  const topic = topicsOf('site', 'gate-7').onvif('ImageTooDark/AnalyticsService', 'yard')
  expect(topic).toBe('site/gate-7/onvif-ej/VideoSource/ImageTooDark/AnalyticsService/&yard')
  const payload = onvifPayload('yard', true, Date.UTC(2026, 10, 24, 3, 12, 8, 412))
  expect(JSON.parse(payload)).toEqual({
    UtcTime: '2026-11-24T03:12:08.412Z',
    Source: { Source: 'yard' },
    Data: { State: true },
  })
  expect(onvifEventSchema.safeParse(JSON.parse(payload)).success).toBe(true)
  expect(onvifPayload('yard', undefined, 0)).toBe('')
})
