/** One camera in a guard: from its frames to verdicts, evidence over time, incident and alert. Owns that state. */
import { randomBytes } from 'node:crypto'
import type { FfmpegBuild } from '../camera/ffmpeg.js'
import { openRestream, type Restream } from '../camera/restream.js'
import { superviseCamera } from '../camera/supervisor.js'
import type { CameraState } from '../core/camera-state.js'
import { boundOf, type DecisionSettings, decide, startDecision } from '../core/decide.js'
import type { Diagnostic } from '../core/diagnostic.js'
import { diagnostic } from '../core/diagnostic.js'
import { describe } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Assignment, CameraBeat, EngineFacts, FromGuard } from '../core/guard-protocol.js'
import type { Incident } from '../core/incident.js'
import { removal } from '../core/kind.js'
import { lumaHistogram } from '../core/settle.js'
import { uuidV7 } from '../core/uuid.js'
import type { Verdict } from '../core/verdict.js'
import type { Engine } from '../inference/engine.js'
import { alertBody, NO_EVIDENCE } from './alert-body.js'
import type { EvidenceKeeper } from './evidence-keeper.js'
import { createLatencyWindow } from './latency.js'
import { latestFrame } from './latest-frame.js'

export interface CameraGuard {
  beat(): CameraBeat
  judgingSinceMs(): number | undefined
  /** Ends the ffmpeg child and waits for the frame in judgement. */
  stop(): Promise<void>
}
