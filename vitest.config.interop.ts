import { defineConfig } from 'vitest/config';
import { UnhandledReporter } from './test/support/unhandled-reporter.ts';

// Each spec runs servers and Python processes of its own, on folders and ports of its own.
export default defineConfig({
  test: {
    include: ['test/interop/**/*.interop-spec.ts'],
    // As in the e2e tests.
    env: { TZ: 'UTC', SALVER_SERVER_REQUEST_TIMEOUT_MS: '30000', SALVER_OVERLOAD_MAX_LOOP_LAG_MS: '0' },
    reporters: [
      'default',
      ['json', { outputFile: '.salver/reports/interop.json' }],
      new UnhandledReporter('interop'),
    ],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
