/** What is measured of a frame to decide whether it belongs to its camera's past. */

/**
 * `screen`, `chain`: log-odds (natural log) of the two networks; `noise`: natural log of the picture's fine luma noise
 * (noise.ts). A signal that was not measured is left out: the chain does not run on each frame.
 */
export const SIGNALS = ['screen', 'chain', 'noise'] as const
export type Signal = (typeof SIGNALS)[number]
export type Measurements = Readonly<Partial<Record<Signal, number>>>
