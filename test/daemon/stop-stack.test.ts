import { expect, test } from 'vitest'
import { stopStack } from '../../src/daemon/stop-stack.js'

test('what was started last stops first, and each waits for the one before it', async () => {
  const order: string[] = []
  const stops = stopStack()
  for (const name of ['delivery', 'cameras', 'page']) {
    stops.add(async () => {
      order.push(`${name} stops`)
      await new Promise(setImmediate)
      order.push(`${name} has stopped`)
    })
  }
  await stops.stop()
  expect(order).toEqual(['page', 'cameras', 'delivery'].flatMap((name) => [`${name} stops`, `${name} has stopped`]))
})

test('a stop that fails keeps no other from its turn, and is not hidden', async () => {
  const order: string[] = []
  const stops = stopStack()
  stops.add(() => order.push('first'))
  stops.add(() => {
    throw new Error('cannot stop')
  })
  stops.add(() => order.push('last'))
  await expect(stops.stop()).rejects.toThrow('cannot stop')
  expect(order).toEqual(['last', 'first'])
})

test('nothing is stopped twice', async () => {
  let times = 0
  const stops = stopStack()
  stops.add(() => times++)
  await stops.stop()
  await stops.stop()
  expect(times).toBe(1)
})
