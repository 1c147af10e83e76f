/** What a camera's settings ask of the networks for its next frame. Pure. */
import type { CameraSettings, Mode } from '../core/settings.js'
import type { Look } from '../core/watch.js'
import type { JudgeOptions } from '../inference/chain.js'

/** `mode`: what `auto` means here. `read`: somebody reads the cleaned stream, so that each frame's last pass counts. */
export function judgeOptions(
  { detection, purify }: Pick<CameraSettings, 'detection' | 'purify'>,
  mode: Mode,
  { look, read }: { readonly look: Look; readonly read: boolean },
): JudgeOptions {
  const whole = detection.mode === 'auto' ? mode : detection.mode
  return {
    mode: read || look.verify ? whole : 'screen',
    threshold: look.flagged,
    suspicious: look.suspicious,
    always: look.verify && look.always,
    // one run of the chain gives M(x); more passes only where somebody looks at the result
    purify: purify.enabled && (read || look.purify),
    maxPasses: purify.maxPasses,
  }
}
