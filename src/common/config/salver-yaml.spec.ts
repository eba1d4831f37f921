import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem } from './configuration-error.js';
import type { ConfigurationFlags } from './configuration-sources.js';
import { readSalver } from './salver-yaml.js';
import { settingKeys } from './setting-keys.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(
  text: string | undefined,
  env: Record<string, string> = {},
  settings: ConfigurationFlags['settings'] = {},
) {
  if (text !== undefined) writeFileSync(join(directory, 'salver.yaml'), text);
  const { config, problems, warnings } = readSalver(directory, { env, flags: { settings } });
  return { config, problems: problems.map(describeProblem), warnings: warnings.map(describeProblem) };
}

const DEFAULTS = {
  readSemantics: 'feast',
  writePolicy: 'newest',
  integerTimestamps: 'refuse',
  transformTimeoutMs: 1000,
  transformThreads: 1,
  server: {
    host: '127.0.0.1',
    port: 6566,
    workers: 1,
    keepAliveTimeoutSeconds: 30,
    accessLog: true,
    logLevel: 'info',
    gracefulTimeoutSeconds: 30,
    requestTimeoutMs: 5000,
    workerConnections: 1000,
    maxRequests: 0,
    maxRequestsJitter: 50,
    minWorkerAgeSeconds: 60,
    hangTimeoutSeconds: 30,
    connectionRequests: 10_000,
    connectionAgeSeconds: 300,
  },
  tls: { key: '', cert: '', clientCa: '' },
  overload: { maxInFlight: 1000, maxLoopLagMs: 1000, slowReaderSeconds: 30 },
  registry: { pollIntervalMs: 1000, ttlSeconds: 60 },
  metrics: { enabled: false, host: '', port: 8000, exactFeatureCounts: false },
  audit: { path: '-' },
  limits: {
    bodyBytes: 67_108_864,
    rows: 100_000,
    features: 10_000,
    cells: 5_000_000,
    answerBytes: 536_870_912,
  },
  materialization: { maxJobs: 2, maxQueued: 100, timeoutSeconds: 3600, history: 200 },
  sqlite: { journalMode: 'keep', rowCacheBytes: 33_554_432 },
  journal: { directory: '.salver-journal', maxBytes: 1_073_741_824, segmentBytes: 67_108_864 },
  s3: { stagingBytes: 53_687_091_200 },
  artifacts: { strict: false, loadTimeoutSeconds: 30 },
  python: { interpreter: '', processes: 1, timeoutMs: 3000, startTimeoutSeconds: 60 },
  search: { maxTopK: 4096, indexBytes: 1_073_741_824, maxStalenessMs: 0, sqliteVec: true },
  embedding: {
    url: '',
    model: '',
    apiKeyVariable: 'OPENAI_API_KEY',
    modelPath: '',
    tokenizerPath: '',
    pooling: 'mean',
    normalize: true,
    maxTokens: 256,
    timeoutMs: 3000,
    retries: 2,
    maxConcurrent: 8,
  },
  auth: {
    checkServiceViews: false,
    hideUnreadable: false,
    strictClaims: false,
    roleClaims: '',
    jwksCooldownSeconds: 10,
    jwksMaxStaleSeconds: 3600,
    rememberedTokens: 10_000,
    kubernetesCacheSeconds: 5,
    kubernetesTimeoutMs: 3000,
    kubernetesMount: '/var/run/secrets/kubernetes.io/serviceaccount',
    intraServer: 'disabled',
    apiKeys: [],
  },
};

describe('readSalver', () => {
  it.each([undefined, '', '# nothing\n', '{}', 'server:\n', 'server: {}\nlimits:\n'])(
    'has defaults for %j',
    (text) => {
      expect(read(text)).toEqual({ config: DEFAULTS, problems: [], warnings: [] });
    },
  );

  it('takes flags before variables before the file before defaults', () => {
    const text = 'server: {host: file, port: 1, workers: 2, access_log: off}\nlimits: {rows: 5}\n';
    const env = { SALVER_SERVER_PORT: '2', SALVER_SERVER_WORKERS: '3', SALVER_SERVER_ACCESS_LOG: 'true' };
    expect(read(text, env, { 'server.workers': 4, 'limits.features': '9' })).toEqual({
      config: {
        ...DEFAULTS,
        server: { ...DEFAULTS.server, host: 'file', port: 2, workers: 4, accessLog: true },
        limits: { ...DEFAULTS.limits, rows: 5, features: 9 },
      },
      problems: [],
      warnings: [],
    });
  });

  it('takes every setting from each source', () => {
    const otherTexts = new Map([
      ['info', 'debug'],
      ['feast', 'precise'],
      ['keep', 'wal'],
      ['newest', 'last'],
      ['refuse', 'nanoseconds'],
      ['disabled', 'signed'],
      ['mean', 'cls'],
    ]);
    const other = (value: string | number | boolean) => {
      if (typeof value === 'number') return value + 1;
      return typeof value === 'boolean' ? !value : (otherTexts.get(value) ?? 'x');
    };
    for (const { section, property, path, variable, defaultValue } of settingKeys()) {
      const wanted = other(defaultValue);
      const [first = '', name] = path.split('.');
      const sources = [
        read(name === undefined ? `${first}: ${wanted}\n` : `${first}:\n  ${name}: ${wanted}\n`),
        read('', { [variable]: String(wanted) }),
        read('', {}, { [path]: wanted }),
        read('', {}, { [path]: String(wanted) }),
      ];
      for (const { config, problems } of sources) {
        expect(problems).toEqual([]);
        expect(section === undefined ? config : config[section]).toMatchObject({ [property]: wanted });
      }
    }
  });

  it('counts an empty variable as not set', () => {
    expect(
      read('server: {port: 1}', { SALVER_SERVER_PORT: '', SALVER_SERVER_HOST: '' }).config.server,
    ).toMatchObject({
      port: 1,
      host: '127.0.0.1',
    });
  });

  it('tells all problems at once, each with where it comes from', () => {
    const text =
      'server: {port: 70000, prot: 1, workers: "2", access_log: 1}\nlimit: {rows: 1}\nlimits: {rows: 1.0}\n';
    const env = {
      SALVER_REGISTRY_TTL_SECONDS: 'soon',
      SALVER_LIMITS_BODY_BYTES: '-5',
      SALVER_SERVER_REQUEST_TIMEOUT_MS: '1e3',
    };
    const flags = { 'server.log_level': 'loud', 'server.colour': 'red', 'limits.features': 0 };
    expect(read(text, env, flags).problems.toSorted()).toEqual([
      'SALVER_LIMITS_BODY_BYTES: must not be less than 1',
      'SALVER_REGISTRY_TTL_SECONDS: expected a whole number, found "soon"',
      'SALVER_SERVER_REQUEST_TIMEOUT_MS: expected a whole number, found "1e3"',
      'limits.features (given as a flag): must not be less than 1',
      'salver.yaml: limit: unknown key (known keys: read_semantics, write_policy, integer_timestamps, transform_timeout_ms, transform_threads, server, tls, overload, registry, metrics, audit, limits, materialization, sqlite, journal, s3, artifacts, python, search, embedding, auth; did you mean limits?)',
      'salver.yaml: limits.rows: expected a whole number, found a decimal number',
      'salver.yaml: server.access_log: expected true or false, found a whole number',
      'salver.yaml: server.port: must not be greater than 65535',
      expect.stringMatching(
        /^salver.yaml: server.prot: unknown key \(known keys: host, port, .*did you mean port\?\)$/,
      ),
      'salver.yaml: server.workers: expected a whole number, found text',
      expect.stringMatching(/^server.colour: there is no such setting/),
      'server.log_level (given as a flag): must be one of the following values: fatal, error, warn, info, debug, trace, silent',
    ]);
  });

  it.each([
    ['server.port', [0, 65_535], [-1, 65_536]],
    ['server.workers', [-1, 1, 64], [0, -2]],
    ['server.keep_alive_timeout_seconds', [1], [0]],
    ['server.graceful_timeout_seconds', [0], [-1]],
    ['server.request_timeout_ms', [1, 2_147_483_647], [0, 2_147_483_648]],
    ['registry.poll_interval_ms', [1], [0]],
    ['registry.ttl_seconds', [0], [-1]],
    ['limits.rows', [1], [0]],
  ])('knows the range of %s', (path, good, bad) => {
    for (const value of good) expect(read('', {}, { [path]: value }).problems).toEqual([]);
    for (const value of bad) expect(read('', {}, { [path]: value }).problems).toHaveLength(1);
  });

  it('knows the journal modes of SQLite', () => {
    for (const mode of ['keep', 'wal']) {
      expect(read(`sqlite: {journal_mode: ${mode}}`)).toMatchObject({
        config: { sqlite: { journalMode: mode } },
        problems: [],
      });
    }
    expect(read('sqlite: {journal_mode: WAL}').problems).toEqual([
      'salver.yaml: sqlite.journal_mode: must be one of the following values: keep, wal',
    ]);
  });

  it.each(['True', 'yes', '1', ' true'])('reads booleans of variables strictly: %j', (text) => {
    expect(read('', { SALVER_SERVER_ACCESS_LOG: text }).problems).toHaveLength(1);
  });

  it.each([
    ['3', 3],
    ['0', 1],
    ['-2', 1],
  ])('takes %s jobs at a time from the variable of Feast', (text, maxJobs) => {
    const { config, warnings } = read('materialization: {max_jobs: 9}', {
      FEAST_MATERIALIZE_MAX_WORKERS: text,
    });
    expect(config.materialization.maxJobs).toBe(maxJobs);
    expect(warnings).toEqual([]);
  });

  it('prefers its own variable to that of Feast, and warns of one that is no number', () => {
    const both = { FEAST_MATERIALIZE_MAX_WORKERS: '3', SALVER_MATERIALIZATION_MAX_JOBS: '4' };
    expect(read('', both).config.materialization.maxJobs).toBe(4);
    expect(read('', { FEAST_MATERIALIZE_MAX_WORKERS: 'many' })).toMatchObject({
      config: { materialization: { maxJobs: 2 } },
      warnings: ['FEAST_MATERIALIZE_MAX_WORKERS: is no whole number, it has no effect'],
    });
  });

  it('warns of a variable that no setting has, and names the closest', () => {
    const { config, warnings } = read('', { SALVER_SERVER_PROT: '1', SALVER_X: '2', OTHER_PORT: '3' });
    expect(config).toEqual(DEFAULTS);
    expect(warnings).toEqual([
      'SALVER_SERVER_PROT: no setting has this variable, it has no effect; did you mean SALVER_SERVER_PORT?',
      'SALVER_X: no setting has this variable, it has no effect',
    ]);
  });

  it.each([
    ['- a', 'salver.yaml: expected an object, found a list'],
    ['server: 5', 'salver.yaml: server: expected an object, found a whole number'],
  ])('says what %j should be', (text, problem) => {
    expect(read(text).problems).toEqual([problem]);
  });

  it('names the place of broken YAML', () => {
    expect(() => read('server: [')).toThrow(/salver\.yaml: not valid YAML at line \d+, column \d+/);
  });

  it('never takes a text of a variable for another number', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const { config, problems } = read(undefined, { SALVER_LIMITS_ROWS: text });
        expect(problems.length > 0 || String(config.limits.rows) === text.replace(/^\+?0*/, '')).toBe(true);
      }),
    );
  });
});
