import { expect, test } from 'vitest'
import { shardsSeen } from '../../src/scan/merge.js'
import { inShard, parseShard, sourceKey } from '../../src/scan/shard.js'

const SOURCES = Array.from({ length: 1000 }, (_, i) => `archive/gate-${i % 7}/2026-11-24/${i}.mp4`)

test.each([0, 1])('shards counted from %i take every source once, and about as many each', (first) => {
  const shards = Array.from({ length: 8 }, (_, i) => parseShard(`${i + first}/8`)!)
  const taken = shards.map((shard) => SOURCES.filter((source) => inShard(source, shard)))
  expect(taken.flat().sort()).toEqual([...SOURCES].sort())
  for (const share of taken) expect(Math.abs(share.length - 125)).toBeLessThan(45)
})

test.each(['', '8', '9/8', '0/0', '-1/8', '1/8/2', '1.5/8', 'a/b', '1/99999999'])('%j is no shard', (text) => {
  expect(parseShard(text)).toBeUndefined()
})

test('sources of one file name in two folders, or whose names differ in what no file name takes, have two keys', () => {
  const keys = ['a/clip.mp4', 'b/clip.mp4', 'a/clip?.mp4', 'a/clip*.mp4', `a/${'x'.repeat(300)}.mp4`].map(sourceKey)
  expect(new Set(keys).size).toBe(keys.length)
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9._-]{1,80}$/)
})

test('the marks say which shards are through; of two divisions the one that lacks fewest', () => {
  const mark = (shard: number, of: number, finished: string | null = '2026-11-24T12:00:00Z') => ({
    shard,
    of,
    finished,
  })
  expect(shardsSeen([])).toBeNull()
  expect(shardsSeen([mark(0, 3), mark(1, 3, null), mark(2, 3)])).toEqual({ of: 3, missing: [1] })
  expect(shardsSeen([mark(0, 3), mark(2, 3), mark(0, 1)])).toEqual({ of: 1, missing: [] })
})
