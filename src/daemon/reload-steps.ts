/** How each step of a reload changes the parts of the daemon, and how each trial looks at them. */
import { access, constants } from 'node:fs/promises'
import type { Diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { checkBrokerSettings } from '../delivery/broker-settings.js'
import type { DeliveryOptions } from '../delivery/delivery.js'
import type { Log } from '../log/log.js'
import type { Cameras } from './cameras.js'
import { tryGuard } from './guard-trial.js'
import type { LiveDelivery } from './live-delivery.js'
import type { Step, Trial } from './reload-plan.js'

export interface ReloadedParts {
  readonly log: Log
  readonly delivery: LiveDelivery
  readonly cameras: Cameras
  deliveryOptions(settings: Settings): DeliveryOptions
}

/** Resolves to a guard's failure; other failures are thrown. */
export async function applyStep(
  step: Step,
  settings: Settings,
  { log, delivery, cameras, deliveryOptions }: ReloadedParts,
): Promise<Diagnostic | undefined> {
  if (step.kind === 'log') log.level = settings.log.level
  else if (step.kind === 'broker') await delivery.replace(deliveryOptions(settings))
  else if (step.kind === 'guards') return cameras.restartGuards()
  else {
    for (const id of step.removed) delivery.forgetCamera(id)
    cameras.replace(settings, step.restarted, step.adjusted)
  }
  return undefined
}

/** Resolves to a guard's failure; throws FW_CONFIG_VALUE, FW_BROKER_TLS or FW_STATE_DIR. */
export async function tryOut(
  trial: Trial,
  settings: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<Diagnostic | undefined> {
  if (trial === 'guard') return tryGuard(settings, (line) => log.debug({ guard: 'trial' }, line), signal)
  if (trial === 'broker' && settings.mqtt) checkBrokerSettings(settings.mqtt)
  if (trial === 'state_dir') await checkStateDir(settings.stateDir)
  return undefined
}

/** The spool in it is closed and opened again when the broker changes. */
async function checkStateDir(stateDir: string): Promise<void> {
  try {
    await access(stateDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new FwError('FW_STATE_DIR', `state_dir ${stateDir} cannot be used: ${code}`, { cause })
  }
}
