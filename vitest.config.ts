import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // a test that asserts nothing cannot fail
    expect: { requireAssertions: true },
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**', 'node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
