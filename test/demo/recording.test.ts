import { expect, test } from 'vitest'
import { i420Bytes } from '../../src/core/frame.js'
import { playStreet, STREET } from '../../src/demo/recording.js'
import { bundled, fixture } from '../camera/partners.js'
import { childrenOf } from '../fixtures/daemon.js'

const decoders = async () =>
  (await childrenOf(process.pid)).filter(({ argv }) => argv.includes(STREET.path) && argv.includes('rawvideo'))

test('whoever has enough of the street leaves no ffmpeg behind', async () => {
  const over = new AbortController()
  let pictures = 0
  for await (const picture of playStreet(bundled.path, over.signal)) {
    expect(picture.length).toBe(i420Bytes(STREET.width, STREET.height))
    if (++pictures === 3) break
  }
  expect(await decoders()).toEqual([])
})

test('a signal ends it while nobody takes a picture', async () => {
  const over = new AbortController()
  const street = playStreet(bundled.path, over.signal)
  expect((await street.next()).done).toBe(false)
  over.abort()
  while (!(await street.next()).done);
  expect(await decoders()).toEqual([])
})

test('an ffmpeg that ends by itself, or is none, is FW_SOURCE', async () => {
  const { signal } = new AbortController()
  for (const path of [fixture('ffmpeg-crashes.mjs').path, '/nonexistent/ffmpeg']) {
    await expect(playStreet(path, signal).next()).rejects.toMatchObject({ code: 'FW_SOURCE' })
  }
})
