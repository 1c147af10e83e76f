/** The word a person most likely meant, for keys, commands and options. */

/** The candidate nearest to `word`: at most one edit in three letters, at least one; else one that begins as it does. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.ceil(word.length / 3))
  let nearest: string | undefined
  let least = limit + 1
  for (const candidate of candidates) {
    // No fewer edits than letters too many: a long word costs nothing.
    const near = Math.abs(word.length - candidate.length) <= limit
    const edits = near ? editDistance(word.toLowerCase(), candidate.toLowerCase()) : Infinity
    const distance = Math.min(edits, begins(word, candidate) ? limit : Infinity)
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

function begins(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a))
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. Source: Damerau 1964, optimal string alignment. */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = []
  let back = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(back[j]! + 1, row[j - 1]! + 1, back[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, twoBack[j - 2]! + 1)
      row.push(least)
    }
    twoBack = back
    back = row
  }
  return back[b.length]!
}
