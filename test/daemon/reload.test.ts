import { expect, test } from 'vitest'
import { type Diagnostic, diagnostic } from '../../src/core/diagnostic.js'
import { FwError } from '../../src/core/errors.js'
import type { Settings } from '../../src/core/settings.js'
import { createReload, type ReloadParts } from '../../src/daemon/reload.js'
import { settingsOf } from '../fixtures/settings.js'

const BASE = 'unit: test\nmqtt: { url: mqtt://b }\ncameras: [{ id: gate, url: rtsp://gate/x }]\n'
const before = settingsOf(BASE)
const after = settingsOf(`${BASE.replace('mqtt://b', 'mqtt://c')}models: { bundle: other }\n`)

/** What the parts were asked for, in order; `fails` says what fails of it. */
function reloadOf(file: Settings | Error, fails: (asked: string) => Diagnostic | Error | undefined = () => undefined) {
  const asked: string[] = []
  const diagnostics: Diagnostic[] = []
  const stop = new AbortController()
  const ask = async (what: string) => {
    asked.push(what)
    const failure = fails(what)
    if (failure instanceof Error) throw failure
    return failure
  }
  const of = (settings: Settings) => `${settings.mqtt?.url} ${settings.models.bundle}`
  const parts: ReloadParts = {
    async load() {
      if (file instanceof Error) throw file
      return file
    },
    tryOut: (trial, settings) => ask(`try ${trial} ${of(settings)}`),
    apply: (step, settings) => ask(`${step.kind} ${of(settings)}`),
    async onSettled(settings) {
      await ask(`settled ${of(settings)}`)
    },
    onDiagnostic: (d) => diagnostics.push(d),
    onInfo() {
      const failure = fails('info')
      if (failure instanceof Error) throw failure
    },
  }
  return { ...createReload(before, parts, stop.signal), asked, diagnostics, stop }
}

test('all is tried before anything is touched', async () => {
  const { reload, asked, diagnostics } = reloadOf(after)
  expect(await reload()).toEqual({ ok: true, changes: ['mqtt.url', 'models.bundle'], held: [] })
  expect(asked).toEqual([
    'try broker mqtt://c other',
    'try guard mqtt://c other',
    'broker mqtt://c other',
    'cameras mqtt://c other',
    'guards mqtt://c other',
    'settled mqtt://c other',
  ])
  expect(diagnostics).toEqual([])
})

test('a trial that fails is reported with its key, and nothing is touched', async () => {
  const { reload, asked, diagnostics } = reloadOf(after, (what) =>
    what.startsWith('try guard') ? diagnostic('FW_MODEL_MISSING', 'reload', 'no such bundle') : undefined,
  )
  const text = 'models.bundle: no such bundle; the settings from before stay'
  expect(await reload()).toEqual({ ok: false, failure: diagnostic('FW_MODEL_MISSING', 'reload', text) })
  expect(diagnostics).toEqual([diagnostic('FW_MODEL_MISSING', 'reload', text)])
  expect(asked.filter((what) => !what.startsWith('try'))).toEqual([])
})

test('a step that fails is taken back, with those before it', async () => {
  const { reload, asked, diagnostics } = reloadOf(after, (what) =>
    what === 'guards mqtt://c other' ? diagnostic('FW_GPU_REQUIRED', 'guard-0', 'out of memory') : undefined,
  )
  expect(await reload()).toMatchObject({ ok: false, failure: { code: 'FW_GPU_REQUIRED' } })
  expect(asked.slice(-4)).toEqual([
    'broker mqtt://b camera',
    'cameras mqtt://b camera',
    'guards mqtt://b camera',
    'settled mqtt://b camera',
  ])
  expect(diagnostics.map((d) => d.text)).toEqual(['models.bundle: out of memory; the settings from before are back'])
  // what is in force is what was before: the same file is as new as it was
  await reload()
  expect(asked.filter((what) => what === 'guards mqtt://c other')).toHaveLength(2)
})

test.each([
  ['the file', new FwError('FW_CONFIG_KEY', 'unknown key'), () => undefined, ['FW_CONFIG_KEY']],
  ['a trial', after, (what: string) => (what.startsWith('try') ? new TypeError('a bug') : undefined), ['FW_INTERNAL']],
  [
    'a step and the way back from it',
    after,
    (what: string) => (what.startsWith('broker') ? new FwError('FW_SPOOL_DISK', 'full') : undefined),
    ['FW_SPOOL_DISK', 'FW_SPOOL_DISK'],
  ],
  ['the log', after, (what: string) => (what === 'info' ? new Error('a bug') : undefined), ['FW_INTERNAL']],
  [
    'what follows',
    after,
    (what: string) => (what.startsWith('settled') ? new Error('a bug') : undefined),
    ['FW_INTERNAL'],
  ],
])('a reload never rejects: %s fails', async (_, file, fails, codes) => {
  const { reload, diagnostics } = reloadOf(file, fails)
  await reload()
  expect(diagnostics.map((d) => d.code)).toEqual(codes)
})

test('a daemon that stops applies nothing more, and takes nothing back', async () => {
  const { reload, idle, asked, diagnostics, stop } = reloadOf(after, (what) => {
    if (what.startsWith('try guard')) stop.abort()
    return undefined
  })
  void reload()
  await idle()
  expect(asked.filter((what) => !what.startsWith('try'))).toEqual([])
  expect(diagnostics).toEqual([])
  expect(await reload()).toMatchObject({ ok: false, failure: { code: 'FW_NOT_RUNNING' } })
})

test('an unchanged file touches nothing', async () => {
  const { reload, asked } = reloadOf(before)
  expect(await reload()).toEqual({ ok: true, changes: [], held: [] })
  expect(asked).toEqual(['settled mqtt://b camera'])
})
