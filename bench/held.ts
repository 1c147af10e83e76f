/** How many cameras a program holds. */

/** Numbers of cameras that are tried. */
const TRIED = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32] as const
/** Of the frames that the cameras bring. */
const HELD_SHARE = 0.99

export interface Held {
  /** The most of TRIED of whose frames 99 % are judged; 0: not even those of one. */
  readonly cameras: number
  readonly runs: readonly { readonly cameras: number; readonly judgedPerS: number }[]
}

/** Bisects; takes it that more cameras are never easier. `judgedPerS`: frames a second with so many cameras of `rate`. */
export async function camerasHeld(rate: number, judgedPerS: (cameras: number) => Promise<number>): Promise<Held> {
  const runs: { cameras: number; judgedPerS: number }[] = []
  let held = -1
  let tooMany: number = TRIED.length
  while (tooMany - held > 1) {
    const middle = Math.floor((held + tooMany) / 2)
    const cameras = TRIED[middle]!
    const judged = await judgedPerS(cameras)
    runs.push({ cameras, judgedPerS: judged })
    if (judged >= HELD_SHARE * cameras * rate) held = middle
    else tooMany = middle
  }
  return { cameras: TRIED[held] ?? 0, runs }
}
