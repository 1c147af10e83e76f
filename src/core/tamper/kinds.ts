/** What is done to a camera and is no perturbation. `lost` signal is a state of the camera, no kind. */

export const TAMPER_KINDS = ['covered', 'defocused', 'turned', 'dark', 'bright', 'frozen', 'loop', 'flicker'] as const
export type TamperKind = (typeof TAMPER_KINDS)[number]

export function isTamper(kind: string): kind is TamperKind {
  return (TAMPER_KINDS as readonly string[]).includes(kind)
}

/** `sensitivity`: a deviation counts so many times itself; 1 is as measured, more finds more and alarms more. */
export interface TamperKindSettings {
  readonly enabled: boolean
  readonly sensitivity: number
}

export type TamperSettings = Readonly<Record<TamperKind, TamperKindSettings>> & {
  /** `views`: so many views a PTZ camera turns to by itself; they are learned without an alarm. */
  readonly turned: TamperKindSettings & { readonly views: number }
}
