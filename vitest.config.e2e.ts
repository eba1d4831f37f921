import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.e2e-spec.ts'],
    env: {
      TZ: 'UTC',
      // Of the servers that tests start. A machine that does much else makes nobody wait too short, and nothing be shed;
      // the connections that a client of a test leaves open hold no server.
      SALVER_SERVER_REQUEST_TIMEOUT_MS: '30000',
      SALVER_OVERLOAD_MAX_LOOP_LAG_MS: '0',
      SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '1',
    },
    reporters: ['default', ['json', { outputFile: '.salver/reports/e2e.json' }]],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 3,
  },
});
