import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fastest } from '../../src/inference/fastest.js'

function networks(name: string, ms: number) {
  const opened = {
    name,
    ms,
    released: false,
    async release() {
      opened.released = true
    },
  }
  return { name, open: async () => opened, opened }
}
const refused = (name: string, text: string) => ({ name, open: () => Promise.reject(new Error(text)) })
const run = ({ ms }: { ms: number }) => (ms > 0 ? sleep(ms) : Promise.resolve()) as Promise<void>

test('what is clearly faster is taken, the other one is released, and the figures are the reason', async () => {
  const [node, python] = [networks('node', 40), networks('python', 0)]
  const { opened, why } = await fastest(node, python, run)
  expect(opened.name).toBe('python')
  expect([node.opened.released, python.opened.released]).toEqual([true, false])
  expect(why).toMatch(/^node \d+\.\d ms a frame, python \d+\.\d$/)
})

test('what is no faster is left', async () => {
  const [node, python] = [networks('node', 0), networks('python', 40)]
  expect((await fastest(node, python, run)).opened.name).toBe('node')
  expect(python.opened.released).toBe(true)
})

test('what alone can be opened is taken, and the refusal of the other one is the reason', async () => {
  const node = await fastest(networks('node', 0), refused('python', 'no kernel image'), run)
  expect([node.opened.name, node.why]).toEqual(['node', 'python: no kernel image'])
  const python = await fastest(refused('node', 'FW_GPU_REQUIRED'), networks('python', 0), run)
  expect([python.opened.name, python.why]).toEqual(['python', 'node: FW_GPU_REQUIRED'])
})

test('where neither can be opened, Node says why', async () => {
  await expect(fastest(refused('node', 'this'), refused('python', 'that'), run)).rejects.toThrow('this')
})
