import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CHECKOUT } from '../support/servers.ts';
import { type Exchange, loadRecording } from './exchange.ts';
import { loadPolicy } from './policy.ts';
import { judged, notRun, type Outcome, replayExchange } from './replay.ts';
import { replayScenario } from './scenario.ts';
import { heldAgainst, loadRequired } from './required.ts';

const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');
const rules = loadPolicy(join(FIXTURES, 'policy.json'));
const options = {
  baseUrl: 'http://127.0.0.1:1',
  repo: undefined,
  file: 'cases/drivers-sqlite.json',
  numbers: 'text',
  rules,
} as const;

function exchange(name: string, status: number, body: string, path = '/'): Exchange {
  const request = { method: 'POST', path, headers: {}, body_text: 'x' };
  return { name, endpoint: '/push', request, response: { status, body_text: body, body: JSON.parse(body) } };
}

function verdictKind(of: Exchange, status: number, text: string): string {
  return judged(of, { status, headers: {}, text }, options).kind;
}

describe('a verdict under the policy', () => {
  const mistake = exchange('ragged', 500, '"ragged columns"');

  it('wants a client error for a client mistake, even when the recorded 500 comes', () => {
    expect(verdictKind(mistake, 422, '{"detail":"columns differ in length"}')).toBe('policy');
    expect(verdictKind(mistake, 500, '"ragged columns"')).toBe('mismatch');
    expect(verdictKind(mistake, 200, 'null')).toBe('mismatch');
  });

  it('wants a message that says something and tells no internals', () => {
    expect(verdictKind(mistake, 422, '""')).toBe('mismatch');
    expect(verdictKind(mistake, 422, '"TypeError: x\\n at f (node_modules/a.js:1:2)"')).toBe('mismatch');
  });

  it('wants the places of a recorded 422, not its words', () => {
    const recorded = exchange(
      'bad-body',
      422,
      '{"detail":[{"loc":["body","df",3],"msg":"Input should be valid"}]}',
    );
    expect(verdictKind(recorded, 422, '{"detail":[{"loc":["body","df"],"msg":"is wrong"}]}')).toBe('policy');
    expect(verdictKind(recorded, 422, '{"detail":[{"loc":["body","to"],"msg":"is wrong"}]}')).toBe(
      'mismatch',
    );
    expect(verdictKind(recorded, 422, '{"detail":[{"loc":["body","df"],"msg":""}]}')).toBe('mismatch');
    expect(verdictKind(recorded, 422, '"wrong"')).toBe('mismatch');
  });

  it('wants the recorded answer where no rule fits', () => {
    const fine = exchange('fine', 200, '{"a":1}');
    expect(verdictKind(fine, 200, '{"a":1}')).toBe('match');
    expect(verdictKind(fine, 200, '{"a":2}')).toBe('mismatch');
    expect(verdictKind(fine, 404, '{"a":1}')).toBe('mismatch');
  });
});

describe('replaying', () => {
  let server: Server;
  let baseUrl: string;
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer((request, answer) => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
      answer.end(seen.length < 3 ? '"not yet"' : '"done"');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('asks again as long as the recording allows', async () => {
    const patient = { ...exchange('patient', 200, '"done"', '/a?b=1'), retry_ms: 5_000 };
    expect((await replayExchange(patient, { ...options, baseUrl })).verdict).toEqual({ kind: 'match' });
    expect(seen).toEqual(['POST /a?b=1 undefined', 'POST /a?b=1 undefined', 'POST /a?b=1 undefined']);
  });

  it('says that nobody answered', async () => {
    const outcome = await replayExchange(exchange('dead', 200, '1'), options);
    expect(outcome.verdict).toMatchObject({ kind: 'mismatch', why: expect.stringContaining('no answer') });
  });

  it('never counts unchecked parquet rows as a match', async () => {
    const step = { kind: 'parquet', path: 'data/x.parquet', rows: [] } as const;
    const outcomes = await replayScenario({ name: 'offline', steps: [step] }, options);
    expect(outcomes.map(({ verdict }) => verdict.kind)).toEqual(['not-run']);
  });
});

describe('heldAgainst', () => {
  const outcome = (name: string, status: number, verdict: Outcome['verdict']): Outcome => ({
    file: 'cases/a.json',
    name,
    endpoint: '/get-online-features',
    status,
    verdict,
  });
  const outcomes = [
    outcome('one', 200, { kind: 'match' }),
    outcome('two', 200, { kind: 'policy', rule: 'r' }),
    outcome('three', 201, { kind: 'mismatch', why: 'x' }),
    outcome('four', 404, { kind: 'not-run', why: 'y' }),
  ];

  it.each([
    [{ status: '200' }, 2, []],
    [{ status: '2xx' }, 2, ['three']],
    [{ status: '4xx' }, 0, ['four']],
    [{ name: '^t' }, 1, ['three']],
    [{}, 2, ['three', 'four']],
  ])('%j: passed %i, failed %j', (filter, passed, failed) => {
    const result = heldAgainst({ 'cases/a.json': [filter] }, outcomes);
    expect([result.passed, result.failed.map(({ name }) => name)]).toEqual([passed, failed]);
  });

  it('tells a requirement that fits nothing, of files that were replayed', () => {
    const filters = { 'cases/a.json': [{ endpoint: '/push' }], 'cases/b.json': [{}] };
    expect(heldAgainst(filters, outcomes).empty).toEqual(['cases/a.json: {"endpoint":"/push"}']);
  });

  it('holds every successful read of the drivers repo', () => {
    const file = 'cases/drivers-sqlite.json';
    const { cases = [] } = loadRecording(join(FIXTURES, file));
    const reads = cases.filter(
      ({ endpoint, response }) => endpoint === '/get-online-features' && response.status === 200,
    );
    const outcomesOfReads = reads.map((read) => notRun(read, file, 'only counted'));
    const required = loadRequired(join(import.meta.dirname, 'required.json'));
    expect(heldAgainst(required, outcomesOfReads).failed).toHaveLength(71);
  });
});
