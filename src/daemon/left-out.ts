/** Cameras that `run --tolerant` leaves out: said loudly at the start and at each reload, and shown as long as they are. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { Settings } from '../core/settings.js'

export interface LeftOutCameras {
  /** `settings` are in force now. */
  of(settings: Settings): void
  /** `'gate' (12:5: text)` for each. */
  texts(): readonly string[]
}

export function leftOutCameras(initial: Settings, onDiagnostic: (d: Diagnostic) => void): LeftOutCameras {
  let now: NonNullable<Settings['leftOut']> = []

  function of({ leftOut = [] }: Settings): void {
    now = leftOut
    for (const { camera, problems } of now) {
      const more = problems.length > 1 ? `; and ${problems.length - 1} more` : ''
      const text = `NOT GUARDED, left out by --tolerant: ${firstOf(problems)}${more}`
      onDiagnostic(diagnostic(problems[0]?.code ?? 'FW_CONFIG_VALUE', camera, text))
    }
  }

  of(initial)
  return {
    of,
    texts: () => now.map(({ camera, problems }) => `'${camera}' (${firstOf(problems)})`),
  }
}

function firstOf([first]: NonNullable<Settings['leftOut']>[number]['problems']): string {
  return first ? `line ${first.line}, column ${first.column}: ${first.text}` : 'a mistake'
}
