/** Thrown where a text goes beyond what a configuration may be; caught where the document is read. */
export class TooMuch extends Error {
  readonly code: 'FW_CONFIG_SIZE' | 'FW_CONFIG_SYNTAX'
  /** In the text, from 0. */
  readonly offset: number

  constructor(code: TooMuch['code'], text: string, offset: number) {
    super(text)
    this.code = code
    this.offset = offset
  }
}
