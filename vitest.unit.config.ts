/** The inner loop: no build, no processes, no servers, under 20 s on two cores. test/unit-tests.ts has the rule. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { unitTests } from './test/unit-tests.js'

export default defineConfig({
  test: {
    // a test that asserts nothing cannot fail
    expect: { requireAssertions: true },
    include: unitTests(fileURLToPath(new URL('test', import.meta.url))).map((path) => `test/${path}`),
    setupFiles: ['test/fixtures/no-processes.ts'],
    // shared threads: a process or a module graph for each file would take longer than the tests
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
