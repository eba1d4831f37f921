import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Those that take minutes are part of `npm run test:long`.
    include: ['test/**/*.e2e-spec.ts', ...(process.env['SALVER_LONG'] ? ['test/**/*.long-spec.ts'] : [])],
    env: { TZ: 'UTC' },
    reporters: ['default', ['json', { outputFile: '.salver/reports/e2e.json' }]],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
  },
});
