/** The alert that ops receive, one per change of an incident. Contract: `framewarden schema alert`. */

import type { ClockState } from './clock-state.js'
import type { Box } from './verdict.js'

export const ALERT_SCHEMA = 'framewarden/alert/1'
export const PHASES = ['raised', 'updated', 'cleared'] as const
/** What perturbs the picture, then what is done to the camera (`core/tamper/kinds`). */
export const KINDS = [
  'noise',
  'pattern',
  'patch',
  'lens',
  'flicker',
  'frozen',
  'injected',
  'unknown',
  'covered',
  'defocused',
  'turned',
  'dark',
  'bright',
  'loop',
] as const
export type Phase = (typeof PHASES)[number]
export type Kind = (typeof KINDS)[number]

/** Paths are relative to state_dir; `frame_sha256` is of the I420 bytes as judged. */
export interface AlertEvidence {
  readonly frame_sha256: string | null
  readonly before: string | null
  readonly after: string | null
  readonly difference: string | null
  /** All of them beside each other, labelled, 960 pixels wide and at most 64 KiB. */
  readonly strip: string | null
}

export const NO_PICTURES: AlertEvidence = {
  frame_sha256: null,
  before: null,
  after: null,
  difference: null,
  strip: null,
}

/** What the guard says; delivery adds id, seq, unit, clock and replayed. Times are RFC 3339, UTC. */
export interface AlertBody {
  readonly camera: string
  readonly incident: string
  readonly phase: Phase
  readonly captured_at: string
  readonly since: string
  readonly kind: Kind
  /** Estimated L-inf, 0..1; null where unknown. */
  readonly level: number | null
  /** Calibrated log-odds of the worst frame so far. */
  readonly score: number
  readonly box: Box | null
  readonly evidence: AlertEvidence
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string }
  readonly drill: boolean
}

export interface Alert extends Omit<AlertBody, 'evidence'> {
  /** `url`: where a person sees the incident; null without `http.public_url`. */
  readonly evidence: AlertEvidence & { readonly url: string | null }
  readonly schema: typeof ALERT_SCHEMA
  /** UUIDv7, RFC 9562 5.7. */
  readonly id: string
  /** Gap-free per unit, from 1. */
  readonly seq: number
  readonly unit: string
  /** One plain sentence for a person. */
  readonly text: string
  /** `unset`: the unit did not know the time of day when it took one of the times; `seq` keeps the order all the same. */
  readonly clock: ClockState
  /** Sent again after a restart or a lost connection. */
  readonly replayed: boolean
}
