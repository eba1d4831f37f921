import http from 'node:http';
import https from 'node:https';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedRepo } from './support/feast-commands.js';
import { type Ended, SalverProcess } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';
import { makeTlsCertificates } from './support/tls-certificates.js';

const RECORDINGS = join(CHECKOUT, 'test/fixtures/conformance/cli');

/** A command line of Feast, as `index.json` lists it. */
interface Recording {
  readonly name: string;
  readonly args: readonly string[];
  readonly exit_code: number;
  readonly probe?: { readonly status: number };
}

interface Expectation {
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
const ENDING: Readonly<Record<string, Expectation>> = {
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
const CHANGING: Readonly<Record<string, Expectation>> = {
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
const SERVING: Readonly<Record<string, Expectation>> = {
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

const { commands } = JSON.parse(readFileSync(join(RECORDINGS, 'index.json'), 'utf8')) as {
  readonly commands: readonly Recording[];
};

let work = '';

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'salver-recordings-'));
  mkdirSync(join(work, 'empty'));
  const { keyPath, certPath } = makeTlsCertificates(work, ['IP:127.0.0.1']);
  cpSync(keyPath, join(work, 'key.pem'));
  cpSync(certPath, join(work, 'cert.pem'));
});
afterAll(() => rmSync(work, { recursive: true }));

function recording(name: string): Recording {
  return commands.find((candidate) => candidate.name === name) as Recording;
}

/** A copy of the recorded repo, with the file of the recording where there is one. */
function repoOf(name: string): string {
  if (name === 'serve-no-yaml') return join(work, 'empty');
  const repo = join(work, name);
  cpSync(recordedRepo('drivers-sqlite'), repo, { recursive: true });
  if (name.startsWith('yaml-')) {
    cpSync(join(RECORDINGS, `${name}.feature_store.yaml`), join(repo, 'feature_store.yaml'));
  }
  return repo;
}

/** Shape: without the name of the program; a free port in the place of the recorder's. */
function lineOf(name: string, repo: string): string[] {
  const words = recording(name).args.slice(1);
  return words.map((word) => (word === '6681' ? '0' : word.replace('{repo}', repo).replace('{work}', work)));
}

async function healthStatus(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const options = { rejectUnauthorized: false, agent: false, timeout: 5000 } as const;
  const outgoing = (url.startsWith('https:') ? https : http).get(`${url}/health`, options, (answer) =>
    answer.resume().once('end', () => resolve(answer.statusCode)),
  );
  outgoing.once('error', reject);
  return promise;
}

function expectFacts(output: string, name: string, { facts, recorded = [] }: Expectation): void {
  const isIn = (fact: string | RegExp): boolean =>
    typeof fact === 'string' ? output.includes(fact.replace('{work}', work)) : fact.test(output);
  expect({ output, missing: facts.filter((fact) => !isIn(fact)) }).toEqual({ output, missing: [] });
  // No stack trace, of Python or of Node.
  expect(output).not.toMatch(/Traceback|\n\s+at /);
  const theirs = ['stdout', 'stderr']
    .map((stream) => readFileSync(join(RECORDINGS, `${name}.${stream}.txt`), 'utf8'))
    .join('');
  expect(recorded.filter((fact) => !theirs.includes(fact))).toEqual([]);
}

describe('the command lines recorded from Feast', () => {
  it('are all in a table', () => {
    const known = [...Object.keys(ENDING), ...Object.keys(CHANGING), ...Object.keys(SERVING)];
    expect(known.toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
  });

  it.concurrent.each(Object.entries(ENDING))('%s ends as it should', async (name, expectation) => {
    const repo = repoOf(name);
    const { code, output }: Ended = await new SalverProcess(lineOf(name, repo), { cwd: repo }).ended;
    expect({ code, reason: expectation.reason }).toEqual({
      code: expectation.code ?? recording(name).exit_code,
      reason: expectation.reason,
    });
    expectFacts(output, name, expectation);
  });

  it('apply and load as they should, one after the other on one repo', { timeout: 120_000 }, async () => {
    const repo = join(work, 'changing');
    cpSync(recordedRepo('drivers-sqlite'), repo, { recursive: true });
    for (const name of ['features.py', 'data/registry.db', 'data/online_store.db']) rmSync(join(repo, name));
    const definitions = readFileSync(
      join(CHECKOUT, 'test/fixtures/definitions/drivers-sqlite.definitions.ts'),
      'utf8',
    );
    writeFileSync(
      join(repo, 'features.ts'),
      definitions.replace(/'[./]+src\/definitions\/index\.js'/, "'salver'"),
    );
    for (const [name, expectation] of Object.entries(CHANGING)) {
      const line = lineOf(name, repo);
      // A file that the recorded repo lacks on purpose, and Feast does not look at, is refused by ours.
      const checks = line[0] === 'apply' ? ['--skip-source-validation'] : [];
      const { code, output } = await new SalverProcess([...line, ...checks], { cwd: repo }).ended;
      expect({ name, code }).toEqual({ name, code: expectation.code ?? recording(name).exit_code });
      expectFacts(output, name, expectation);
    }
  });

  // One after the other: a machine with few cores starts one server quickly, and many slowly.
  it.each(Object.entries(SERVING))('%s serves until SIGTERM', async (name, expectation) => {
    const repo = repoOf(name);
    const env = { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '1' };
    const server = new SalverProcess(lineOf(name, repo), { cwd: repo, env });
    const status = await server
      .url()
      .then(async (url) => healthStatus(url))
      .finally(() => server.kill('SIGTERM'));
    const { code } = await server.ended;
    expect({ code, status }).toEqual({
      code: recording(name).exit_code,
      status: recording(name).probe?.status,
    });
    expectFacts(server.output, name, expectation);
  });
});
