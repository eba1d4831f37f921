import { defineConfig } from 'vitest/config';

// Each spec runs servers and Python processes of its own, on folders and ports of its own.
export default defineConfig({
  test: {
    include: ['test/interop/**/*.interop-spec.ts'],
    env: { TZ: 'UTC' },
    reporters: ['default', ['json', { outputFile: '.salver/reports/interop.json' }]],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
