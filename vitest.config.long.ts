import { defineConfig } from 'vitest/config';
import e2e from './vitest.config.e2e.ts';

/** Specs of `npm run test:long`: those that take minutes are not part of the gate. */
export default defineConfig({
  ...e2e,
  test: {
    ...e2e.test,
    // With the time limits that a server has by itself.
    env: { TZ: 'UTC' },
    include: [
      'test/**/*.long-spec.ts',
      'test/registry-replaced.e2e-spec.ts',
      'test/metrics-recordings.e2e-spec.ts',
    ],
  },
});
