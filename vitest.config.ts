import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts'],
    env: { TZ: 'UTC' },
    reporters: ['default', ['json', { outputFile: '.salver/reports/unit.json' }]],
    testTimeout: 30_000,
    // A process for each file takes a minute more; specs leave nothing behind in theirs.
    isolate: false,
  },
});
