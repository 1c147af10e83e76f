/** A YAML document as plain maps, lists and values, its aliases written out; they may neither go round nor multiply. */
import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'
import { TooMuch } from './too-much.js'
import type { Links } from './yaml-links.js'

/** 1,000 cameras with every key have 40,000. */
const MAX_VALUES = 100_000
/** Maps and lists inside one another, aliases written out. What walks the values recurses. */
const MAX_DEPTH = 32

/** The value of `root`; an alias without an anchor is null. Throws TooMuch, which points at the alias that was too much. */
export function plainValue(root: Node | null, links: Links): unknown {
  const open = new Set<Node>()
  let values = 0

  function written(node: Node | null, alias: Node | null): unknown {
    if (!node) return null
    const tooMuch = (code: TooMuch['code'], text: string) => new TooMuch(code, text, (alias ?? node).range?.[0] ?? 0)
    if (++values > MAX_VALUES) throw tooMuch('FW_CONFIG_SIZE', 'aliases make more than 100,000 values of it')
    if (open.size > MAX_DEPTH) throw tooMuch('FW_CONFIG_SYNTAX', 'maps and lists are nested too deeply')
    if (isScalar(node)) return node.value
    if (open.has(node)) throw tooMuch('FW_CONFIG_SYNTAX', 'an alias stands for a value that it is part of')
    open.add(node)
    const value = isAlias(node) ? written(links.target(node) ?? null, alias ?? node) : inside(node, alias)
    open.delete(node)
    return value
  }

  function inside(node: Node, alias: Node | null): unknown {
    if (isSeq<Node>(node)) return node.items.map((item) => written(item, alias))
    if (!isMap(node)) return null
    return Object.fromEntries([...links.entries(node)].map(([key, { value }]) => [key, written(value, alias)]))
  }

  return written(root, null)
}
