import { expect, test } from 'vitest'
import { threadCount } from '../../src/guard/thread-count.js'

test.each([
  { wanted: 'auto', cores: 2, guards: 1, cameras: 4, threads: 2 },
  { wanted: 'auto', cores: 2, guards: 2, cameras: 8, threads: 1 },
  { wanted: 'auto', cores: 16, guards: 2, cameras: 6, threads: 6 },
  { wanted: 'auto', cores: 4, guards: 1, cameras: 0, threads: 1 },
  { wanted: 'auto', cores: 1, guards: 2, cameras: 8, threads: 1 },
  { wanted: 3, cores: 2, guards: 1, cameras: 8, threads: 3 },
  { wanted: 8, cores: 16, guards: 1, cameras: 2, threads: 2 },
] as const)(
  'threads: $wanted, $cameras cameras in one of $guards guards on $cores cores: $threads',
  ({ wanted, threads, ...machine }) => {
    expect(threadCount(wanted, machine)).toBe(threads)
  },
)
