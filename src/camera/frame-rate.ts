/** Frames a second as they came. Pure. */

/**
 * To a tenth, from stamps in ms; undefined: too few. Of the second half: pictures of a stream's first second may share one
 * stamp, and the first may have none.
 */
export function measuredRate(stampsMs: readonly number[]): number | undefined {
  const late = stampsMs.slice(Math.floor(stampsMs.length / 2))
  const spanMs = late.at(-1)! - late[0]!
  return late.length < 5 || !(spanMs > 0) ? undefined : Math.round(((late.length - 1) * 10_000) / spanMs) / 10
}
