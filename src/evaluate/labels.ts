/** labels.csv of an evaluation: `file,label[,group]`, RFC 4180. */
import { FwError } from '../core/errors.js'

/** `line` counts from 1 and is for messages. */
export interface Labelled {
  readonly file: string
  readonly label: string
  /** undefined: counted in all only. */
  readonly group?: string
  readonly line: number
}

/** Rows of `text`, read from `path`; empty lines are passed over. Throws FW_LABELS. */
export function parseLabels(text: string, path: string): readonly Labelled[] {
  const [head, ...rows] = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const columns = cells(head ?? '').map((name) => name.trim())
  const [file, label, group] = ['file', 'label', 'group'].map((name) => columns.indexOf(name)) as [
    number,
    number,
    number,
  ]
  if (file < 0 || label < 0) throw new FwError('FW_LABELS', `${path}:1: columns '${columns.join(',')}'`)
  const labelled = rows.flatMap((row, i) => {
    if (row.trim() === '') return []
    const found = cells(row)
    const line = i + 2
    if (!found[file] || !found[label])
      throw new FwError('FW_LABELS', `${path}:${line}: no file or no label in '${row}'`)
    return [{ file: found[file], label: found[label], group: found[group] || undefined, line }]
  })
  if (labelled.length === 0) throw new FwError('FW_LABELS', `${path}: no row below the header`)
  return labelled
}

function cells(row: string): string[] {
  // RFC 4180 2.5-2.7: a quoted cell may hold commas, and quotes doubled.
  const found = row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return Array.from(found, ([, quoted, plain]) => (quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"')))
}
