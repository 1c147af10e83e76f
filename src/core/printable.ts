/** Text from outside (a file's name, a camera, a broker) as a terminal may show it. */

/** Control characters, and those that turn the direction of writing. */
const STEERING = /[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu

/** `text` with each character that steers a terminal written out: `\x1b`, `\u202e`. `keepLines` leaves line ends. */
export function printable(text: string, { keepLines = false } = {}): string {
  return text.replace(STEERING, (character) => {
    if (keepLines && character === '\n') return character
    const code = character.charCodeAt(0)
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** JSON on one line that no terminal is steered by; JSON.stringify leaves DEL and the second set of controls as they are. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(STEERING, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
