/** An evaluation for a person or a program. */
import { jsonLine, printable } from '../core/printable.js'
import type { Evaluation } from './evaluate.js'
import type { Shares } from './tally.js'

/** One JSON object. Scripts rely on it: keys are added, never renamed. */
export function evaluationJson({ bundle, provider, figures }: Evaluation): string {
  const { name, version, task } = bundle.manifest
  return jsonLine({ model: { name, version, sha256: bundle.sha256 }, task, provider, ...figures })
}

/** A row for each group and one for all; `-` where a figure has no meaning. */
export function evaluationTable({ bundle, provider, figures: { groups, all } }: Evaluation): string {
  const columns = ['n', 'undefended', 'gated', 'purified', 'accuracy', 'flagged'] as const
  const rows = [...groups.map(({ group, ...shares }) => [printable(group), shares] as const), ['all', all] as const]
  const width = Math.max(...rows.map(([name]) => name.length), 'group'.length)
  const cell = (shares: Shares, column: (typeof columns)[number]) => {
    const value = shares[column]
    return value === null ? '-' : column === 'n' ? String(value) : value.toFixed(4)
  }
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(width), ...cells.map((text, i) => text.padStart(Math.max(6, columns[i]!.length)))].join('  ')
  return [
    line('group', columns),
    ...rows.map(([name, shares]) =>
      line(
        name,
        columns.map((column) => cell(shares, column)),
      ),
    ),
    `model ${bundle.manifest.name} ${bundle.manifest.version} on ${provider}`,
  ].join('\n')
}
