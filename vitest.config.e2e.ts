import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { UnhandledReporter } from './test/support/unhandled-reporter.ts';

/** They begin first, so that at the end no core waits for the last of them. */
const LONGEST = [
  'materialize-jobs',
  'serve',
  'metrics-recordings',
  'cli-recordings',
  'metrics-workers',
  'tls',
  'write-faults',
  'materialize-processes',
  'materialize',
  'writer',
  'connections',
  'offline-append-faults',
  'apply',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.e2e-spec.ts`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

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
    reporters: [
      'default',
      ['json', { outputFile: '.salver/reports/e2e.json' }],
      new UnhandledReporter('e2e'),
    ],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
