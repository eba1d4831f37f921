import { defineConfig } from 'vitest/config';
import { UnhandledReporter } from './test/support/unhandled-reporter.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts'],
    env: { TZ: 'UTC' },
    reporters: [
      'default',
      ['json', { outputFile: '.salver/reports/unit.json' }],
      new UnhandledReporter('unit'),
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Many specs wait: for processes, and for what takes its time on purpose.
    maxWorkers: 3,
    // A process for each file takes a minute more; specs leave nothing behind in theirs.
    isolate: false,
  },
});
