/** YAML text -> document, with an end to the work: what is no configuration costs no more than a second. */
import { Composer, type CST, type Document, Lexer, type LineCounter, Parser, YAMLParseError } from 'yaml'
import { TooMuch } from './too-much.js'

/** 120 cameras with every key and its comment. */
export const MAX_BYTES = 512 * 1024
/** Words, marks and line ends; the commented example with its two cameras has 551. */
const MAX_LEXEMES = 100_000
/** Maps and lists inside one another, as the parser counts them: a configuration has 8. Composing recurses. */
const MAX_DEPTH = 64

/** The first document of `text`, with its errors but for keys given twice; fills `lines`. Throws TooMuch. */
export function parseBounded(text: string, lines: LineCounter): Document.Parsed {
  // The parser makes an error object for each mistake; 262,144 of them took 6.5 s with stacks, 0.8 s without.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return firstDocument(text, lines)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function firstDocument(text: string, lines: LineCounter): Document.Parsed {
  // Keys given twice are found by who reads the document: the parser would compare each key with each.
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, stringKeys: true })
  let first: Document.Parsed | undefined
  for (const document of composer.compose(tokens(text, lines), true, text.length)) {
    if (first) {
      first.errors.push(new YAMLParseError([document.range[0], document.range[1]], 'MULTIPLE_DOCS', ''))
      break
    }
    first = document
  }
  return first!
}

function* tokens(text: string, lines: LineCounter): Generator<CST.Token> {
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > MAX_DEPTH)
      throw new TooMuch('FW_CONFIG_SYNTAX', 'maps and lists are nested too deeply', parser.offset)
    if (++lexemes > MAX_LEXEMES)
      throw new TooMuch('FW_CONFIG_SIZE', 'the file holds more than 100,000 words and marks', parser.offset)
  }
  yield* parser.end()
}
