/** A YAML document as a tree that can be followed: what each alias stands for, and each map's entries by key. */
import { type Alias, type Document, isAlias, isMap, isScalar, type Node, type Pair, visit, type YAMLMap } from 'yaml'

type Entries = ReadonlyMap<string, Pair<Node, Node | null>>

export interface Links {
  /** The node that an alias repeats; an alias without an anchor before it has none. */
  target(alias: Alias): Node | undefined
  /** The entries of a map; of a key that is given twice, the first. */
  entries(map: YAMLMap): Entries
  /** Keys that their map holds already, and aliases without an anchor. */
  readonly mistakes: readonly { readonly code: 'DUPLICATE_KEY' | 'BAD_ALIAS'; readonly node: Node }[]
}

/** Walks `doc` once, in the text's order: an alias repeats the last anchor of its name before it (YAML 1.2.2, 3.2.2.2). */
export function linksOf(doc: Document.Parsed): Links {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  const maps = new Map<YAMLMap, Entries>()
  const mistakes: { code: 'DUPLICATE_KEY' | 'BAD_ALIAS'; node: Node }[] = []
  visit(doc, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target) targets.set(node, target)
        else mistakes.push({ code: 'BAD_ALIAS', node })
        return
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
      if (isMap<Node, Node | null>(node)) {
        const { entries, twice } = entriesOf(node)
        maps.set(node, entries)
        for (const key of twice) mistakes.push({ code: 'DUPLICATE_KEY', node: key })
      }
    },
  })
  const none: Entries = new Map()
  return { target: (alias) => targets.get(alias), entries: (map) => maps.get(map) ?? none, mistakes }
}

function entriesOf(map: YAMLMap<Node, Node | null>): { entries: Entries; twice: Node[] } {
  const entries = new Map<string, Pair<Node, Node | null>>()
  const twice: Node[] = []
  for (const pair of map.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    if (entries.has(key)) twice.push(pair.key)
    else entries.set(key, pair)
  }
  return { entries, twice }
}
