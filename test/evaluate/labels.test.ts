import { describe, expect, it } from 'vitest'
import { parseLabels } from '../../src/evaluate/labels.js'

describe('labels.csv', () => {
  it('takes its columns in any order, with others between', () => {
    expect(parseLabels('group,seed,label,file\nfgsm,7,cat,a.png\n', 'l.csv')).toEqual([
      { file: 'a.png', label: 'cat', group: 'fgsm', line: 2 },
    ])
  })

  it('does without groups, takes CRLF, a byte order mark, empty lines and quotes', () => {
    expect(parseLabels('\uFEFFfile,label\r\n\r\n"a ""b"", c.png",3\r\n', 'l.csv')).toEqual([
      { file: 'a "b", c.png', label: '3', group: undefined, line: 3 },
    ])
  })

  it.each([
    { text: '', says: "l.csv:1: columns ''" },
    { text: 'name,class\na,b', says: "l.csv:1: columns 'name,class'" },
    { text: 'file,label\n', says: 'no row below the header' },
    { text: 'file,label\na.png,cat\nb.png', says: "l.csv:3: no file or no label in 'b.png'" },
  ])('is refused: $says', ({ text, says }) => {
    expect(() => parseLabels(text, 'l.csv')).toThrow(expect.objectContaining({ code: 'FW_LABELS' }))
    expect(() => parseLabels(text, 'l.csv')).toThrow(says)
  })
})
