/** What one machine has to hold, each scene with its goal. */
import type { Clips } from './clips.js'
import type { CameraGroup } from './whole.js'

export interface Scene {
  readonly name: string
  readonly groups: readonly CameraGroup[]
}

export function scenesOf({ quiet, noisy, attacked }: Clips): readonly Scene[] {
  return [
    { name: '16 quiet', groups: [{ name: 'quiet', count: 16, clip: quiet }] },
    { name: '16 noisy', groups: [{ name: 'noisy', count: 16, clip: noisy }] },
    {
      name: '4 of 16 attacked',
      groups: [
        { name: 'attacked', count: 4, clip: attacked, attacked: true },
        { name: 'not attacked', count: 12, clip: quiet },
      ],
    },
    { name: '4 whose scene stays suspicious', groups: [{ name: 'noisy', count: 4, clip: noisy }] },
    { name: '4 attacked', groups: [{ name: 'attacked', count: 4, clip: attacked, attacked: true }] },
  ]
}
