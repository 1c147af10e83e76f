import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // a test that asserts nothing cannot fail
    expect: { requireAssertions: true },
    include: ['test/integration/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
