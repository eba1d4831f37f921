/** What ours is to print and how it is to end, where Feast was recorded. */
export interface Expectation {
  /** What ours prints: the facts of the recording. */
  readonly facts: readonly (string | RegExp)[];
  /** Where Feast's own output has these facts; the recording is looked at, too. */
  readonly recorded?: readonly string[];
  /** Where ours ends in another way than Feast, and why. */
  readonly code?: number;
  readonly reason?: string;
}

const USAGE_MISTAKE = 'a mistake in the use of the command line ends with 2, and starts nothing';

/** Command lines that end by themselves. */
export const ENDING: Readonly<Record<string, Expectation>> = {
  help: {
    facts:
      `--chdir DIR|-c|--feature-store-yaml FILE|-f|--log-level LEVEL|--help|configuration|data-sources|delete|
      entities|feature-services|feature-views|features|get-online-features|label-views|on-demand-feature-views|
      permissions|projects|registry-dump|saved-datasets|serve|stream-feature-views|validation-references|version`
        .split('|')
        .map((fact) => fact.trim()),
    recorded: [
      '--chdir',
      '--feature-store-yaml',
      '--log-level',
      'get-online-features',
      'validation-references',
    ],
  },
  version: { facts: [/^Salver \d+\.\d+\.\d+\n$/], recorded: ['Version'] },
  'serve-help': {
    facts:
      `-h, --host|-p, --port|-t, --type|--no-access-log|-w, --workers|--worker-connections|--max-requests|
      --max-requests-jitter|--keep-alive-timeout|-r, --registry_ttl_sec|-k, --key|-c, --cert`
        .split('|')
        .map((fact) => fact.trim()),
    recorded: [
      '-h, --host',
      '--no-access-log',
      '-w, --workers',
      '--keep-alive-timeout',
      '--registry_ttl_sec',
    ],
  },
  'serve-unknown-flag': {
    facts: ["'--nope'", 'Usage: salver serve'],
    recorded: ["'--nope'", 'Usage: feast serve'],
  },
  'serve-bad-port': { facts: ['--port', 'Usage: salver serve'], recorded: ['--port'] },
  'serve-bad-type': {
    facts: ['http', 'thrift'],
    recorded: ['http', 'thrift'],
    code: 2,
    reason: USAGE_MISTAKE,
  },
  'serve-workers-zero': {
    facts: ['--workers'],
    code: 2,
    reason: 'Feast starts a server that never answers',
  },
  'serve-workers-minus-two': { facts: ['--workers'], code: 2, reason: USAGE_MISTAKE },
  'serve-only-key': { facts: ['--key', '--cert'], recorded: ['--key', '--cert'] },
  'serve-only-cert': { facts: ['--key', '--cert'], recorded: ['--key', '--cert'] },
  'serve-tls-missing-files': { facts: ['{work}/no.pem'], recorded: ['does not exist'] },
  'serve-no-yaml': {
    facts: ['{work}/empty/feature_store.yaml'],
    recorded: ['{work}/empty/feature_store.yaml'],
  },
  'serve-chdir-missing': { facts: ['{work}/none', 'does not exist'], recorded: ['{work}/none'] },
  'yaml-unknown-online-store': { facts: ['online_store', 'nosuchstore'], recorded: ['nosuchstore'] },
  'yaml-unknown-online-key': { facts: ['online_store.nope'], recorded: ['nope'] },
  'yaml-not-yaml': {
    facts: ['{work}/yaml-not-yaml/feature_store.yaml', /line \d+, column \d+/],
    recorded: ['line 1'],
  },
  'yaml-empty': { facts: ['feature_store.yaml', 'empty'] },
  'yaml-no-project': { facts: ['project'], recorded: ['project'] },
  'yaml-bad-project-name': { facts: ['project'], recorded: ['project'] },
  'yaml-bad-feature-server-type': { facts: ['feature_server.type', 'local'], recorded: ['server type'] },
};

/** Command lines that change the repo: `apply` of the same definitions in TypeScript, and loads. */
export const CHANGING: Readonly<Record<string, Expectation>> = {
  'apply-first-time': {
    facts: [
      'No project found in the repository. Using project name drivers defined in feature_store.yaml',
      'Applying changes for project drivers',
      'Created project drivers',
      'Created entity driver',
      'Created feature view driver_hourly_stats',
      'Created stream feature view driver_stream_stats',
      'Created feature service driver_activity_v1',
      'Created sqlite table drivers_driver_hourly_stats',
      'Created sqlite table drivers_driver_stream_pushed',
    ],
    recorded: [
      'No project found in the repository. Using project name drivers defined in feature_store.yaml',
      'Created feature service driver_activity_v1',
      'Created sqlite table drivers_driver_stream_pushed',
    ],
  },
  'apply-nothing-changed': {
    facts: ['No changes to registry', 'No changes to infrastructure'],
    recorded: ['No changes to infrastructure'],
    reason: 'Feast takes the times inside the sources of stream views for changes',
  },
  materialize: {
    facts: [
      'Materializing 1 feature view from 2026-01-01 00:00:00+00:00 to 2026-01-31 00:00:00+00:00 into the sqlite online store.',
      'location_stats',
    ],
    recorded: ['2026-01-01 00:00:00+00:00', '2026-01-31 00:00:00+00:00', 'sqlite', 'location_stats'],
  },
  'materialize-incremental': {
    facts: [
      'Materializing 1 feature view to 2026-02-15 00:00:00+00:00 into the sqlite online store.',
      /incremental_stats from 19\d\d-\d\d-\d\d [\d:]+\+00:00 to 2026-02-15 00:00:00\+00:00:/,
    ],
    recorded: ['2026-02-15 00:00:00+00:00', 'incremental_stats', 'from'],
  },
  'materialize-incremental-again': {
    facts: [/location_stats from 2026-01-31 00:00:00\+00:00 to 2026-02-15 00:00:00\+00:00:/],
    recorded: ['location_stats', '2026-01-31 00:00:00+00:00'],
  },
  'materialize-bad-time': { facts: ['soon'], recorded: ['soon'] },
  'materialize-unknown-view': {
    facts: ['Feature view nope does not exist in project drivers'],
    recorded: ['Feature view nope does not exist in project drivers'],
  },
  'materialize-start-after-end': {
    facts: ['2026-01-31 00:00:00+00:00', 'is greater than', '2026-01-01 00:00:00+00:00'],
    recorded: ['The given start_date 2026-01-31 00:00:00+00:00 is greater than the given end_date'],
  },
};

/** Command lines that serve until they are told to stop; `facts` are in the log. */
export const SERVING: Readonly<Record<string, Expectation>> = {
  'serve-start': { facts: ['"url":"http://127.0.0.1:', /GET \/health.* 200/] },
  'serve-start-no-access-log': { facts: ['"url":"http://127.0.0.1:'] },
  'serve-start-two-workers': { facts: ['"workers":2'] },
  'serve-workers-minus-one': { facts: [/"workers":\d+/] },
  'serve-chdir': { facts: ['"url"'] },
  'serve-tls': { facts: ['"url":"https://127.0.0.1:', /GET \/health.* 200/] },
  'yaml-unknown-key': {
    facts: ['unknown_key'],
    reason: 'Feast says nothing of a key that it does not know',
  },
  'yaml-version-2': {
    facts: ['entity_key_serialization_version'],
    recorded: ['entity_key_serialization_version'],
  },
  'yaml-version-1': {
    facts: ['entity_key_serialization_version'],
    recorded: ['entity_key_serialization_version'],
  },
  'yaml-env-var': { facts: ['"url"'] },
  'yaml-registry-missing-file': {
    facts: ['data/none.db'],
    reason: 'Feast makes the file; ours waits for it',
  },
};
