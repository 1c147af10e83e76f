/** When a live picture arrived at this host. */

/** Pictures are stamped by ffmpeg on arrival and decoded within a second or so; a stamp further off is none. */
const OLDEST_MS = 20_000

/**
 * Milliseconds since the epoch. ffmpeg stamps the first picture 0 on some builds and gives no stamp at all for files;
 * then the time of reading counts. No camera's clock is asked: they overflow and jump.
 */
export function arrivalMs(ptsUs: number, nowMs: number): number {
  const ms = ptsUs / 1000
  return ms <= nowMs && ms > nowMs - OLDEST_MS ? ms : nowMs
}
