/** What the engine and one of its threads say to each other. A frame's pixels are shared or copied, what M made of them is transferred. */
import type { Priors } from '../core/baseline/priors.js'
import type { FwCode } from '../core/errors.js'
import type { Mode, ModelSettings, Provider, RuntimeName } from '../core/settings.js'
import type { Verdict } from '../core/verdict.js'
import type { JudgeOptions, Rule } from './chain.js'
import type { Proof } from './proof.js'
import type { Refusal } from './providers.js'

export interface ThreadData {
  readonly models: ModelSettings
  /** Cores that one network run may use. */
  readonly cores: number
  /** Find out which provider runs the networks; false where another thread has. */
  readonly prove: boolean
  /** Folder for what a provider compiles. */
  readonly cacheDir?: string
}

export type ToThread =
  | {
      readonly type: 'judge'
      readonly id: number
      readonly pixels: Uint8Array
      readonly width: number
      readonly height: number
      readonly options: JudgeOptions
    }
  | { readonly type: 'close' }

/** What runs the networks, with its version, and why that one. */
export interface RuntimeChoice {
  readonly name: RuntimeName
  readonly text: string
  readonly why: string
}

export interface ThreadFacts {
  readonly runtime: RuntimeChoice
  readonly provider: Provider
  readonly proof: Proof
  readonly refusals: readonly Refusal[]
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string }
  /** What `auto` means on this provider. */
  readonly mode: Mode
  readonly rule: Rule
  /** How clean values stray at any camera. */
  readonly priors: Priors
  readonly multipleOf: number
}

/** An error does not survive the way between threads: its code and text do. */
export interface Failure {
  readonly code: FwCode
  readonly text: string
}

export type FromThread =
  | { readonly type: 'ready'; readonly facts: ThreadFacts }
  | { readonly type: 'failed'; readonly failure: Failure }
  | {
      readonly type: 'judged'
      readonly id: number
      readonly verdict: Verdict
      readonly ms: number
    }
  | { readonly type: 'unjudged'; readonly id: number; readonly failure: Failure }
