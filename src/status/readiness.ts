/** Whether a unit does its work: what `/readyz` answers. */
import type { BoardSnapshot } from './board.js'

/** Why the unit is not ready, empty when it is: a camera that was never guarded, a broker that is configured and not online. */
export function notReady(board: BoardSnapshot): string[] {
  const cameras = board.cameras.filter((camera) => !camera.everGuarded)
  const reasons = cameras.map(({ id, state, cause }) => `camera '${id}' was not guarded yet: ${cause?.code ?? state}`)
  const { state } = board.broker
  return state === 'off' || state === 'online' ? reasons : [...reasons, `the broker is ${state}`]
}
