import { expect, test } from 'vitest'
import type { CameraSettings } from '../../src/core/settings.js'
import { assignCameras, guardCount, reassign } from '../../src/daemon/assign.js'

const camera = (id: string, width = 640, rate = 15) => ({ id, frame: { width, rate } }) as CameraSettings

test.each([
  [1, 2, 1],
  [6, 2, 1],
  [8, 2, 2],
  [16, 2, 2],
  [16, 8, 3],
  [64, 8, 8],
  [1, 64, 1],
])('%i cameras on %i cores: %i guards', (cameras, cores, guards) => {
  expect(guardCount('auto', cameras, cores)).toBe(guards)
})

test('a number in the configuration is taken as it is', () => {
  expect(guardCount(3, 1, 2)).toBe(3)
})

test('cameras are shared out by load, the largest first', () => {
  const at = assignCameras([camera('a'), camera('b'), camera('large', 1280), camera('c')], 2)
  expect(at.get('large')).not.toBe(at.get('a'))
  expect([at.get('a'), at.get('b'), at.get('c')]).toEqual([1, 1, 1].map((n) => (at.get('large') === n ? 0 : n)))
})

test('a camera that has a guard keeps it', () => {
  const at = assignCameras(
    [camera('a'), camera('b'), camera('c')],
    2,
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  )
  expect(at.get('a')).toBe(1)
  expect(at.get('b')).toBe(1)
  expect(at.get('c')).toBe(0)
})

test('a change of cameras touches those alone that changed', () => {
  const owners = new Map([
    ['stays', 0],
    ['tuned', 1],
    ['moved', 0],
    ['gone', 1],
  ])
  const next = ['stays', 'tuned', 'moved', 'fresh'].map((id) => camera(id))
  const plan = reassign(owners, next, 2, new Set(['moved', 'fresh']), new Set(['tuned']))
  expect(plan).toMatchObject({ removed: ['gone'], added: ['fresh'], adjusts: [[1, 'tuned']] })
  expect(plan.releases).toEqual([
    [1, 'gone'],
    [0, 'moved'],
  ])
  expect(plan.assigns).toEqual([
    [1, 'fresh'],
    [0, 'moved'],
  ])
  expect(Object.fromEntries(plan.owners)).toEqual({ stays: 0, tuned: 1, moved: 0, fresh: 1 })
})
