/** What is wrong with a text as YAML, in words of our own: the parser's may quote the source, and secrets with it. */
import type { ErrorCode } from 'yaml'

const TEXTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: 'an alias can have no tag or anchor',
  BAD_ALIAS: 'a value that begins with * is an alias, and there is no such anchor; quote the value if it is text',
  BAD_DIRECTIVE: 'a line that begins with % is a directive, and not a known one',
  BAD_DQ_ESCAPE: 'unknown escape in double quotes; write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'wrong indentation, or a bracket is not closed',
  BAD_PROP_ORDER: 'anchor and tag stand before the value',
  BAD_SCALAR_START: 'a value cannot begin with this character; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a colon and a value too many on this line',
  BLOCK_IN_FLOW: 'inside { } and [ ], values cannot be written line by line',
  DUPLICATE_KEY: 'the key is given twice',
  KEY_OVER_1024_CHARS: 'a key is too long; is a colon missing?',
  MISSING_CHAR: 'a quote, bracket, comma or space is missing',
  MULTILINE_IMPLICIT_KEY: 'a key goes over two lines; is a colon missing?',
  MULTIPLE_ANCHORS: 'one value has several anchors',
  MULTIPLE_DOCS: 'the file holds several documents; keep one',
  MULTIPLE_TAGS: 'one value has several tags',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'the document is nested too deeply',
  TAB_AS_INDENT: 'a tab stands in the indentation; use spaces',
  TAG_RESOLVE_FAILED: 'unknown or wrong tag; a value that begins with ! must be quoted',
  UNEXPECTED_TOKEN: 'this cannot stand here; is a quote or the space after a colon missing?',
}

/** One clause for a code of the parser. */
export function syntaxText(code: ErrorCode): string {
  return TEXTS[code] ?? 'this is not YAML'
}
