import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallerStrategy } from '../src/modules/auth/caller.strategy.js';
import { AuditLog } from '../src/modules/metrics/audit-log.js';
import { PermissionDeniedError, UnauthenticatedError } from '../src/common/errors/errors.js';
import { AccessPolicy } from '../src/modules/auth/access-policy.js';
import { GOOD, read } from './support/counting-client.js';
import { registriesTaken } from './support/exposition.js';
import { salver, SalverProcess, within } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';
import { send } from './conformance/http-client.js';
import { startTestApp, type TestApp } from './support/test-app.js';

const FIXTURES = join(CHECKOUT, 'test/fixtures');
const REPO = join(FIXTURES, 'conformance/repos/drivers-sqlite');
const YAML = readFileSync(
  join(FIXTURES, 'conformance/metrics/yaml-audit-logging.feature_store.yaml'),
  'utf8',
);

type Line = Record<string, unknown>;
const parse = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{"event":'))
    .map((line) => JSON.parse(line) as Line);
/** Without what differs from run to run. */
const steady = (line: Line): Line =>
  Object.fromEntries(Object.entries(line).filter(([key]) => key !== 'timestamp' && key !== 'latency_ms'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Recorded {
  readonly body: string;
  /** What Feast wrote; null for nothing. */
  readonly line: string | null;
}
const RECORDED = JSON.parse(readFileSync(join(FIXTURES, 'audit/lines.json'), 'utf8')) as Recorded[];

describe('the audit log in one process', () => {
  let server: TestApp;
  const path = (): string => join(folder, 'audit.log');
  beforeEach(async () => {
    server = await startTestApp({
      yaml: YAML,
      registry: readFileSync(join(REPO, 'data/registry.db')),
      fillStore: (file) => cpSync(join(REPO, 'data/online_store.db'), file),
      // The log says nothing at all: audit lines do not depend on its level.
      env: { SALVER_AUDIT_PATH: path(), SALVER_SERVER_LOG_LEVEL: 'silent' },
    });
  });
  afterEach(() => server.close());

  /** Once there are so many; one more than that would have been written by then. */
  const lines = async (count: number): Promise<Line[]> => {
    const written = (): Line[] => parse(readFileSync(path(), 'utf8'));
    await within(60_000, () => written().length >= count || undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return written();
  };
  const LINE_OF_FEAST = RECORDED.flatMap(({ line }) => parse(line ?? ''))[0] as Line;

  it('has the lines of Feast, and those of reads that it leaves out', async () => {
    for (const { body } of RECORDED) await server.read(body);
    // Two reads of Feast left no line: a service that does not exist, which has one here, and a body that is no read.
    const expected = RECORDED.flatMap(({ body, line }) => {
      if (line !== null) return parse(line).map(steady);
      if (!body.includes('feature_service')) return [];
      return [
        {
          event: 'online_feature_request',
          requestor_id: 'anonymous',
          entity_keys: ['driver_id'],
          entity_count: 1,
          feature_views: [],
          feature_count: 0,
          status: 'error',
          feature_service: 'nope',
        },
      ];
    });
    const written = await lines(expected.length);
    expect(written.map(steady)).toEqual(expected);
    const orders = written
      .filter(({ feature_service: service }) => service === undefined)
      .map((line) => Object.keys(line));
    for (const keys of orders) expect(keys).toEqual(Object.keys(LINE_OF_FEAST));
    for (const { latency_ms: latency } of written) expect(latency).toBeGreaterThan(0);
  });

  it('never holds a value of an entity or a feature', async () => {
    const secret = 'value-that-nobody-may-see';
    await server.read(
      `{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001],"note":["${secret}"]}}`,
    );
    await server.read(`{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":["${secret}"]}}`);
    expect(await lines(2)).toHaveLength(2);
    expect(readFileSync(path(), 'utf8')).not.toContain(secret);
  });

  it('has a line for each refusal, instead of one for the read', async () => {
    const body = '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001]}}';
    const { app } = server;
    refuse(app, AccessPolicy, 'assertAllowed', new PermissionDeniedError('no'));
    expect((await server.read(body)).status).toBe(403);
    refuse(app, CallerStrategy, 'recognise', new UnauthenticatedError('Invalid or expired access token'));
    expect((await server.read(body)).status).toBe(401);
    const refusal = {
      event: 'request_refused',
      requestor_id: 'anonymous',
      method: 'POST',
      endpoint: '/get-online-features',
    };
    expect((await lines(2)).map(steady)).toEqual([
      { ...refusal, status: 'denied' },
      { ...refusal, status: 'unauthenticated' },
    ]);
  });

  it('takes events of other routes', async () => {
    const audit = server.app.get(AuditLog);
    audit.record({
      event: 'feature_write',
      requestor_id: 'alice',
      endpoint: '/push',
      push_source: 'stats',
      to: 'online',
      feature_views: ['v'],
      row_count: 3,
      status: 'success',
      duration_ms: 1,
    });
    expect((await lines(1)).map(steady)).toMatchObject([{ event: 'feature_write', row_count: 3 }]);
  });
});

/** Makes a method of a provider refuse: authentication comes with a later version. */
function refuse(
  app: NestFastifyApplication,
  token: abstract new () => object,
  method: string,
  error: Error,
): void {
  Object.assign(app.get(token), {
    [method]: () => {
      throw error;
    },
  });
}

describe('the audit log of a server', () => {
  function repo(): string {
    cpSync(REPO, join(folder, 'repo'), { recursive: true });
    cpSync(
      join(FIXTURES, 'conformance/metrics/yaml-audit-logging.feature_store.yaml'),
      join(folder, 'repo/feature_store.yaml'),
    );
    return join(folder, 'repo');
  }
  const ARGS = ['--port', '0', '--metrics-port', '0', '--no-access-log'];

  it('goes to the standard output of all workers, whatever the log level', async () => {
    const server = new SalverProcess([
      '-c',
      repo(),
      '--log-level',
      'info',
      'serve',
      '--workers',
      '2',
      ...ARGS,
    ]);
    const url = await server.url();
    const headers = { 'content-type': 'application/json' };
    const body = '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001]}}';
    const read = { method: 'POST', path: '/get-online-features', headers, body_text: body, body: null };
    for (let n = 0; n < 50; n++) await send(url, read);
    server.kill('SIGTERM');
    const { output } = await server.ended;
    expect(parse(output)).toHaveLength(50);
  });

  it('has a line for each materialization, with who asked for it and how it went', async () => {
    const file = join(folder, 'audit.log');
    const server = new SalverProcess(['-c', repo(), 'serve', ...ARGS], { env: { SALVER_AUDIT_PATH: file } });
    const url = await server.url();
    const body = {
      start_ts: '2025-12-01',
      end_ts: '2026-02-01',
      feature_views: ['broken_stats', 'zone_stats'],
    };
    const statuses: number[] = [];
    for (const feature_views of [['zone_stats'], body.feature_views]) {
      const payload = JSON.stringify({ ...body, feature_views });
      statuses.push((await fetch(`${url}/materialize`, { method: 'POST', body: payload })).status);
    }
    server.kill('SIGTERM');
    await server.ended;
    expect(statuses).toEqual([200, 422]);
    const line = {
      event: 'materialization',
      timestamp: expect.any(String),
      requestor_id: 'anonymous',
      start_time: '2025-12-01T00:00:00Z',
      end_time: '2026-02-01T00:00:00Z',
      duration_ms: expect.any(Number),
    };
    expect(parse(readFileSync(file, 'utf8'))).toEqual([
      { ...line, feature_views: ['zone_stats'], status: 'success' },
      { ...line, feature_views: ['broken_stats', 'zone_stats'], status: 'error' },
    ]);
  });

  it('goes to a new file after a rotation and SIGHUP, and loses no line', async () => {
    const file = join(folder, 'audit.log');
    const env = { SALVER_AUDIT_PATH: file, SALVER_OVERLOAD_MAX_LOOP_LAG_MS: '0' };
    const server = new SalverProcess(['-c', repo(), 'serve', '--workers', '2', ...ARGS], { env });
    const url = await server.url();
    await registriesTaken(await server.printed(/"metrics":"([^"]+)"/), 2);
    let reads = 0;
    const readOnce = async (): Promise<void> => {
      expect(await read(url, GOOD)).toBe(200);
      reads++;
    };
    for (let n = 0; n < 20; n++) await readOnce();
    renameSync(file, `${file}.1`);
    server.kill('SIGHUP');
    const isNew = await within(60_000, async () => {
      await readOnce();
      return existsSync(file) && parse(readFileSync(file, 'utf8')).length > 5 ? true : undefined;
    });
    expect(isNew).toBe(true);
    for (let n = 0; n < 20; n++) await readOnce();
    server.kill('SIGTERM');
    await server.ended;
    const total = [file, `${file}.1`].flatMap((path) => parse(readFileSync(path, 'utf8')));
    expect(total.filter(({ status }) => status !== 'success')).toEqual([]);
    expect(total.length).toBe(reads);
  });

  it('says at start when its file cannot be written', async () => {
    const { code, output } = await salver(['-c', repo(), 'serve', ...ARGS], {
      env: { SALVER_AUDIT_PATH: 'gone/audit.log' },
    });
    expect(code).toBe(1);
    expect(output).toContain(
      `audit.path: ${join(folder, 'repo/gone/audit.log')} cannot be opened to append: ENOENT`,
    );
    expect(output).not.toContain('"worker"');
  });
});
