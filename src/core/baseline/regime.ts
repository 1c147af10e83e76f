/** In what light a camera looks: its clean values differ between these, and each is remembered on its own. */

export const REGIMES = ['colour', 'mono', 'dark'] as const
/** `mono`: infra-red or a camera without colour; `dark`: little to see in either. */
export type Regime = (typeof REGIMES)[number]

/** Mean luma below which a picture is dark, and above which it is no longer: limited range, black is 16. */
const DARK_LUMA = 34
const LIGHT_LUMA = 42
/** Mean distance of chroma from grey, in steps: infra-red pictures lie below 1, faded ones in colour above 3. */
const MONO_CHROMA = 1.2
const COLOUR_CHROMA = 2.5
/** A change must last: headlights and a lorry that fills the picture make no regime. */
const LASTS_MS = 3_000

/** Mean luma (0..255) and mean distance of chroma from 128 of a picture. */
export interface Light {
  readonly luma: number
  readonly chroma: number
}

export interface RegimeState {
  readonly regime: Regime
  readonly since?: number
  readonly next?: Regime
}

/** The regime that a picture alone would be given, `now` where it lies between two. */
export function regimeOf({ luma, chroma }: Light, now?: Regime): Regime {
  if (luma < DARK_LUMA || (now === 'dark' && luma < LIGHT_LUMA)) return 'dark'
  if (chroma < MONO_CHROMA) return 'mono'
  if (chroma > COLOUR_CHROMA) return 'colour'
  return now === 'mono' ? 'mono' : 'colour'
}

/** One step: another regime is entered once the pictures of 3 s have asked for it. */
export function enterRegime(state: RegimeState | undefined, light: Light, atMs: number): RegimeState {
  const seen = regimeOf(light, state?.regime)
  if (!state) return { regime: seen }
  if (seen === state.regime) return { regime: state.regime }
  if (state.next !== seen || state.since === undefined) return { regime: state.regime, next: seen, since: atMs }
  return Math.abs(atMs - state.since) >= LASTS_MS ? { regime: seen } : state
}
