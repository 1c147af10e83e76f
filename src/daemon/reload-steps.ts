/** How each step of a reload changes the parts of the daemon, and how each trial looks at them. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { Settings } from '../core/settings.js'
import type { Delivery } from '../delivery/delivery.js'
import { checkBrokerSettings } from '../delivery/mqtt/broker-settings.js'
import type { Log } from '../log/log.js'
import type { Cameras } from './cameras.js'
import { tryGuard } from './guard-trial.js'
import type { Step, Trial } from './reload-plan.js'

export interface ReloadedParts {
  readonly log: Log
  readonly delivery: Delivery
  readonly cameras: Cameras
}

/** Resolves to a guard's failure; other failures are thrown. */
export async function applyStep(
  step: Step,
  settings: Settings,
  { log, delivery, cameras }: ReloadedParts,
): Promise<Diagnostic | undefined> {
  if (step.kind === 'log') log.level = settings.log.level
  else if (step.kind === 'broker') await replaceBroker(delivery, settings)
  else if (step.kind === 'webhooks') await delivery.replaceWebhooks(settings.webhooks)
  else if (step.kind === 'guards') return cameras.restartGuards()
  else {
    for (const id of step.removed) delivery.forgetCamera(id)
    cameras.replace(settings, step.restarted, step.adjusted)
  }
  return undefined
}

/** Resolves to a guard's failure; throws FW_CONFIG_VALUE or FW_BROKER_TLS. */
export async function tryOut(
  trial: Trial,
  settings: Settings,
  log: Log,
  signal: AbortSignal,
): Promise<Diagnostic | undefined> {
  if (trial === 'guard') return tryGuard(settings, (line) => log.debug({ guard: 'trial' }, line), signal)
  if (trial === 'broker' && settings.mqtt) checkBrokerSettings(settings.mqtt)
  return undefined
}

function replaceBroker(delivery: Delivery, { mqtt, cameras }: Settings): Promise<void> {
  return delivery.replaceBroker(
    mqtt,
    cameras.map(({ id }) => id),
  )
}
