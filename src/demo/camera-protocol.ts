/** What the demo and its street camera say to each other, over the channel of a fork. */

/** What the camera shows: the plain street, the perturbed one, the plain one again. */
export const DEMO_PHASES = ['clean', 'attacked', 'after'] as const
export type DemoPhase = (typeof DEMO_PHASES)[number]

export type ToCamera =
  /** Play the street, and push it to rtsp://127.0.0.1:`port`/cam, plain until `begin`. */
  | { readonly type: 'start'; readonly port: number; readonly epsilon255: number }
  /** The frames flow: the first phase begins now, each takes `phaseMs`; the last goes on until the camera is stopped. */
  | { readonly type: 'begin'; readonly phaseMs: number }
  | { readonly type: 'stop' }

export type FromCamera =
  /** The first frame of `phase` is sent; `atMs` by the wall clock, since the epoch. */
  | { readonly type: 'phase'; readonly phase: DemoPhase; readonly atMs: number }
  | { readonly type: 'failed'; readonly text: string }
