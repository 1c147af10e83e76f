/** The street comes round: after this many seconds everything in it is as it was, so that its recording has no seam. */
export const ROUND_S = 40
