/** Which phase a demo is in. */
import { DEMO_PHASES, type DemoPhase } from './camera-protocol.js'

/** The phase `elapsedMs` after the first began; each takes `phaseMs`, the last has no end. */
export function phaseAt(elapsedMs: number, phaseMs: number): DemoPhase {
  const index = Math.min(DEMO_PHASES.length - 1, Math.max(0, Math.floor(elapsedMs / phaseMs)))
  return DEMO_PHASES[index]!
}
