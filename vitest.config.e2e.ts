import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.e2e-spec.ts'],
    env: { TZ: 'UTC' },
    reporters: ['default', ['json', { outputFile: '.salver/reports/e2e.json' }]],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
  },
});
