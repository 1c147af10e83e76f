import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/parse.js'
import { LEAST } from './good.js'

const TOO_DEEP = 'FW_CONFIG_SYNTAX maps and lists are nested too deeply'
const TOO_LONG = 'FW_CONFIG_SIZE the file holds more than 100,000 words and marks'

function problems(text: string): string[] {
  return parseConfig(text).problems.map((p) => `${p.line}:${p.column} ${p.code} ${p.text}`)
}

/** `count` lines, of which each holds the one before twice. */
function doubling(count: number): string {
  return Array.from({ length: count }, (_, i) => `x${i}: &a${i} [${i ? `*a${i - 1}, *a${i - 1}` : '1'}]`).join('\n')
}

describe('a text that is no configuration costs one line', () => {
  it.each([
    [
      'an alias inside its own anchor',
      'unit: &u [*u]',
      ['1:11 FW_CONFIG_SYNTAX an alias stands for a value that it is part of'],
    ],
    [
      'two that hold one another',
      'unit: &u { a: &v { b: *u } }',
      ['1:23 FW_CONFIG_SYNTAX an alias stands for a value that it is part of'],
    ],
    [
      'an alias without an anchor',
      'unit: *u',
      [
        '1:7 FW_CONFIG_SYNTAX a value that begins with * is an alias, and there is no such anchor; quote the value if it is text',
      ],
    ],
    ['aliases that multiply', doubling(20), ['15:12 FW_CONFIG_SIZE aliases make more than 100,000 values of it']],
    [
      'aliases that nest',
      doubling(1).concat(Array.from({ length: 40 }, (_, i) => `\nx${i + 1}: &a${i + 1} [*a${i}]`).join('')),
      [`17:12 ${TOO_DEEP}`],
    ],
    ['open brackets', '['.repeat(100_000), [`1:65 ${TOO_DEEP}`]],
    ['lists in lists', '- '.repeat(100_000), [`1:128 ${TOO_DEEP}`]],
    ['maps in maps', 'a: '.repeat(100_000), [`1:191 ${TOO_DEEP}`]],
    ['many keys', Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n'), [`14286:9 ${TOO_LONG}`]],
    ['one key many times', 'k: 1\n'.repeat(30_000), [`14286:4 ${TOO_LONG}`]],
    ['many aliases', `x: &a 1\ny: [${'*a, '.repeat(40_000)}]`, [`2:133320 ${TOO_LONG}`]],
    [
      'many cameras',
      `unit: u\ncameras: [${'{},'.repeat(20_000)}]`,
      ['2:1 FW_CONFIG_SIZE cameras is a list of 20000, at most 1000'],
    ],
    [
      'many defaults for many cameras',
      `unit: u\ndefaults: {${Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`)}}\ncameras: [${'{},'.repeat(1_000)}]`,
      ['2:1 FW_CONFIG_SIZE defaults holds 5001 values, at most 200'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  it('many mistakes: the first 100, and how many more', () => {
    const found = problems(LEAST + Array.from({ length: 9_000 }, (_, i) => `k${i}: 1`).join('\n'))
    expect(found).toHaveLength(101)
    expect(found[99]).toMatch(/^104:1 FW_CONFIG_KEY unknown key 'k99'/)
    expect(found[100]).toBe('105:1 FW_CONFIG_KEY and 8900 more from here on; mend those above first')
  })

  it('many mistakes in the YAML itself', () => {
    const found = problems(`unit: "${'\\z'.repeat(20_000)}"`)
    expect(found).toHaveLength(101)
    expect(found[100]).toMatch(/^1:208 FW_CONFIG_SYNTAX and 19900 more/)
  })

  it('a word of any length', () => {
    expect(problems(`? ${'camera'.repeat(80_000)}\n: 1\n${LEAST}`)).toEqual([
      expect.stringMatching(/^1:3 FW_CONFIG_KEY unknown key '(camera){10}'; known: unit, /),
    ])
  })
})

describe('what a large unit may have', () => {
  it('1,000 cameras', () => {
    const text = `unit: u\ncameras:\n${Array.from({ length: 1_000 }, (_, i) => `  - { id: c${i}, url: rtsp://10.0.0.1/${i} }\n`).join('')}`
    expect(parseConfig(text).config?.cameras).toHaveLength(1_000)
  })

  it('one anchor for all of 300 cameras', () => {
    const text = `unit: u\ncameras:\n${Array.from({ length: 300 }, (_, i) => `  - { id: c${i}, url: /c, timeouts: ${i ? '*t' : '&t { stall: 9s }'} }\n`).join('')}`
    const { config, problems } = parseConfig(text)
    expect(problems).toEqual([])
    expect(new Set(config?.cameras.map((camera) => camera.timeouts.stall))).toEqual(new Set([9_000]))
  })

  it('an anchor that is given anew: an alias repeats the last one before it', () => {
    const text = `unit: &n gate\ncameras: [{ id: *n, url: &n /a }, { id: b, url: *n }]`
    expect(parseConfig(text).config?.cameras.map(({ id, url }) => [id, url])).toEqual([
      ['gate', '/a'],
      ['b', '/a'],
    ])
  })
})
