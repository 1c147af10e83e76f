import { expect, test } from 'vitest'
import { screenOn } from '../../src/demo/screen.js'

function terminal(isTTY: boolean, env: NodeJS.ProcessEnv = {}) {
  let nowMs = 0
  const out: string[] = []
  const screen = screenOn({ write: (text) => out.push(text), isTTY, columns: 20 }, env, () => nowMs)
  return { screen, text: () => out.join(''), pass: (ms: number) => (nowMs += ms) }
}

test('on a terminal the live line stays below all others, cut to its width', () => {
  const { screen, text } = terminal(true)
  screen.live('working on something that is long')
  screen.line('news', 'red')
  screen.clear()
  const cut = 'working on somethin'
  expect(text()).toBe(`${cut}\r\x1b[K\x1b[1;31mnews\x1b[0m\n${cut}\r\x1b[K`)
})

test('NO_COLOR takes the colour away', () => {
  const { screen, text } = terminal(true, { NO_COLOR: '1' })
  screen.line('news', 'red')
  expect(text()).toBe('news\n')
})

test('elsewhere there are plain lines, the live one each two seconds', () => {
  const { screen, text, pass } = terminal(false, {})
  screen.live('one', 'red')
  pass(1_999)
  screen.live('two')
  pass(1)
  screen.live('three')
  screen.line('news', 'red')
  screen.clear()
  expect(text()).toBe('one\nthree\nnews\n')
})
