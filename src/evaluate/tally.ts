/** Counts of an evaluation, by group and in all. */

/** What was right of one picture; undefined: the question has no meaning for this task. */
export interface Outcome {
  readonly undefended?: boolean
  readonly gated?: boolean
  readonly purified?: boolean
  /** The verdict clean or perturbed is the label's. */
  readonly verdict?: boolean
  readonly flagged: boolean
}

/** Shares of 0..1, null where they have no meaning: the target's accuracy without defence, behind the gate, on purified pictures
 * only; the verdict's accuracy; how many were flagged. */
export interface Shares {
  readonly n: number
  readonly undefended: number | null
  readonly gated: number | null
  readonly purified: number | null
  readonly accuracy: number | null
  readonly flagged: number
}

export interface Figures {
  readonly groups: readonly ({ readonly group: string } & Shares)[]
  readonly all: Shares
}

/** Groups in the order of their first picture. */
export function tally(rows: readonly { readonly group?: string; readonly outcome: Outcome }[]): Figures {
  const groups = new Map<string, Outcome[]>()
  for (const { group, outcome } of rows) {
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), outcome])
  }
  return {
    groups: Array.from(groups, ([group, outcomes]) => ({ group, ...shares(outcomes) })),
    all: shares(rows.map(({ outcome }) => outcome)),
  }
}

function shares(outcomes: readonly Outcome[]): Shares {
  const share = (of: (outcome: Outcome) => boolean | undefined) => {
    const known = outcomes.map(of).filter((value) => value !== undefined)
    return known.length === 0 ? null : Number((known.filter(Boolean).length / known.length).toFixed(4))
  }
  return {
    n: outcomes.length,
    undefended: share((o) => o.undefended),
    gated: share((o) => o.gated),
    purified: share((o) => o.purified),
    accuracy: share((o) => o.verdict),
    flagged: share((o) => o.flagged) ?? 0,
  }
}
