import { expect, test } from 'vitest'
import { coalesce } from '../../src/daemon/coalesce.js'

/** Runs that end when they are made to, in order; each gives its number, from 1. */
function runs() {
  const ends: ((failure?: Error) => void)[] = []
  let active = 0
  let most = 0
  const run = () =>
    new Promise<number>((resolve, reject) => {
      most = Math.max(most, ++active)
      const number = ends.length + 1
      ends.push((failure) => {
        active--
        if (failure) reject(failure)
        else resolve(number)
      })
    })
  return { run, ends, most: () => most }
}

const turn = () => new Promise(setImmediate)

test('calls during a run share one more, which begins after it', async () => {
  const { run, ends, most } = runs()
  const call = coalesce(run)
  const first = call()
  const during = [call(), call(), call()]
  await turn()
  expect(ends).toHaveLength(1)
  ends[0]!()
  expect(await first).toBe(1)
  await turn()
  ends[1]!()
  expect(await Promise.all(during)).toEqual([2, 2, 2])
  expect(most()).toBe(1)
})

test('a call during the second run gets a third', async () => {
  const { run, ends } = runs()
  const call = coalesce(run)
  const first = call()
  const second = call()
  ends[0]!()
  await first
  await turn()
  const third = call()
  ends[1]!()
  expect(await second).toBe(2)
  await turn()
  ends[2]!()
  expect(await third).toBe(3)
})

test('a run that fails holds nothing up', async () => {
  const { run, ends } = runs()
  const call = coalesce(run)
  const first = call()
  const second = call()
  ends[0]!(new Error('no'))
  await expect(first).rejects.toThrow('no')
  await turn()
  ends[1]!()
  expect(await second).toBe(2)
  const third = call()
  ends[2]!()
  expect(await third).toBe(3)
})
