import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsService } from '../src/modules/metrics/metrics.service.js';
import { startWriteApp, type WriteApp } from './support/write-app.js';

const FRESH = 'driver_hourly_stats_fresh';
const SUMMARY = 'driver_fresh_summary';
const FEATURES = ['conv_rate', 'acc_rate', 'avg_daily_trips'];

type Column = unknown;

/** A push for both views of the source. */
function push(df: Readonly<Record<string, Column>> | readonly object[], more: object = {}): object {
  return { push_source_name: 'driver_stats_push_source', df, ...more };
}

function row(id: number, more: Readonly<Record<string, Column>> = {}): Record<string, Column> {
  return {
    driver_id: [id],
    event_timestamp: ['2026-02-01T00:00:00Z'],
    created: ['2026-02-01T00:00:00Z'],
    conv_rate: [0.5],
    acc_rate: [0.25],
    avg_daily_trips: [7],
    ...more,
  };
}

const details = (text: string): { loc: unknown[]; msg: string; type: string }[] =>
  (JSON.parse(text) as { detail: { loc: unknown[]; msg: string; type: string }[] }).detail;

let server: WriteApp;
beforeAll(async () => {
  // The machine may have much else to do.
  server = await startWriteApp({ SALVER_SERVER_REQUEST_TIMEOUT_MS: '60000' });
});
afterAll(() => server.close());

const fresh = (id: number) => server.driver(FRESH, FEATURES, id);

describe('the forms of df', () => {
  const plainRow = (id: number): Record<string, unknown> =>
    Object.fromEntries(Object.entries(row(id)).map(([name, values]) => [name, (values as unknown[])[0]]));
  const indexed = (id: number): Record<string, Column> =>
    Object.fromEntries(Object.entries(plainRow(id)).map(([name, value]) => [name, { 17: value }]));

  it.each<[string, number, (id: number) => Record<string, Column> | object[]]>([
    ['lists', 1, row],
    ['columns with an index', 2, indexed],
    ['a single value among lists', 3, (id) => row(id, { conv_rate: 0.5, created: '2026-02-01' })],
    ['row objects', 4, (id) => [plainRow(id)]],
  ])('can be %s', async (_, id, df) => {
    const { status, text, headers } = await server.push(push(df(id)));
    expect([status, text, headers['content-type']]).toEqual([200, '', undefined]);
    expect((await fresh(id)).values).toEqual({ conv_rate: 0.5, acc_rate: 0.25, avg_daily_trips: 7 });
    expect((await server.driver(SUMMARY, ['avg_daily_trips'], id)).values).toEqual({ avg_daily_trips: 7 });
  });
});

describe('a push that cannot be stored', () => {
  it.each<[string, Record<string, Column>, unknown[], RegExp]>([
    [
      'lacks a column of one view',
      omit(row(10), 'acc_rate'),
      ['body', 'df', 'acc_rate'],
      /driver_hourly_stats_fresh/,
    ],
    [
      'lacks a join key',
      omit(row(10), 'driver_id'),
      ['body', 'df', 'driver_id'],
      /a join key of feature view/,
    ],
    [
      'lacks the event time',
      omit(row(10), 'event_timestamp'),
      ['body', 'df', 'event_timestamp'],
      /the event time/,
    ],
    ['lacks the creation time', omit(row(10), 'created'), ['body', 'df', 'created'], /the creation time/],
    [
      'has a bad value',
      row(10, { avg_daily_trips: ['many'] }),
      ['body', 'df', 'avg_daily_trips', 0],
      /"many" .*INT64/,
    ],
    ['has a null for a key', row(10, { driver_id: [null] }), ['body', 'df', 'driver_id', 0], /driver_id/],
    ['has no time', row(10, { event_timestamp: [null] }), ['body', 'df', 'event_timestamp', 0], /is no time/],
    ['has a bad creation time', row(10, { created: ['x'] }), ['body', 'df', 'created', 0], /ISO 8601/],
    [
      'counts seconds',
      row(10, { event_timestamp: [1769940000] }),
      ['body', 'df', 'event_timestamp', 0],
      /seconds/,
    ],
    [
      'is ragged',
      row(10, { conv_rate: [1, 2] }),
      ['body', 'df', 'conv_rate'],
      /2 values and driver_id has 1/,
    ],
    ['has rows of single values alone', { driver_id: 10 }, ['body', 'df', 'driver_id'], /single value/],
    ['mixes lists and indexes', row(10, { conv_rate: { 0: 1 } }), ['body', 'df', 'driver_id'], /in one way/],
  ])('%s: nothing is written to any view', async (_, df, loc, message) => {
    const before = [server.rowsOf(FRESH), server.rowsOf(SUMMARY)];
    const answer = await server.push(push(df));
    expect(answer.status).toBe(422);
    expect(details(answer.text)[0]?.loc).toEqual(loc);
    expect(details(answer.text)[0]?.msg).toMatch(message);
    expect([server.rowsOf(FRESH), server.rowsOf(SUMMARY)]).toEqual(before);
  });

  it('says everything that is missing at once', async () => {
    const answer = await server.push(push({ event_timestamp: ['2026-02-01'], avg_daily_trips: [1] }));
    expect(details(answer.text).map(({ loc }) => loc.at(-1))).toEqual([
      'conv_rate',
      'acc_rate',
      'driver_id',
      'created',
    ]);
  });

  it.each([
    [[], ['body', 'df']],
    [[row(11)], ['body', 'df']],
    [[1], ['body', 'df']],
    [
      [{ a: 1 }, 2],
      ['body', 'df', 1],
    ],
    [
      [{ a: 1 }, {}],
      ['body', 'df', 1, 'a'],
    ],
    [
      [{ a: 1 }, { a: 1, b: 1 }],
      ['body', 'df', 1, 'b'],
    ],
  ])('is not a list of rows: %j', async (df, loc) => {
    const answer = await server.push(push(df as object[]));
    expect(answer.status).toBe(422);
    expect(details(answer.text)[0]?.loc).toEqual(loc);
  });

  it('goes to a file that is not there: nothing is written online either', async () => {
    const before = server.rowsOf(FRESH);
    const answer = await server.push(push(row(12), { to: 'online_and_offline' }));
    expect([answer.status, server.rowsOf(FRESH)]).toEqual([422, before]);
  });
});

describe('what is stored of a push', () => {
  it('is the newest event, in one request and after it', async () => {
    const at = (day: number, conv: number) =>
      row(20, { event_timestamp: [`2026-02-0${day}`], conv_rate: [conv] });
    await server.push(push(at(5, 0.75)));
    await server.push(push(at(4, 0.5)));
    expect(await fresh(20)).toMatchObject({ values: { conv_rate: 0.75 }, eventTime: '2026-02-05T00:00:00Z' });
    const two = {
      driver_id: [20, 20],
      event_timestamp: ['2026-02-09', '2026-02-08'],
      conv_rate: [0.25, 0.5],
    };
    await server.push(push({ ...row(20), ...two, created: '2026-02-09', acc_rate: 1, avg_daily_trips: 1 }));
    expect(await fresh(20)).toMatchObject({ values: { conv_rate: 0.25 }, eventTime: '2026-02-09T00:00:00Z' });
  });

  it('is every view that has anything but nulls', async () => {
    await server.push(push(row(21, { avg_daily_trips: [null] })));
    expect(await fresh(21)).toMatchObject({ values: { conv_rate: 0.5, avg_daily_trips: null } });
    const read = JSON.stringify({ features: [`${SUMMARY}:avg_daily_trips`], entities: { driver_id: [21] } });
    expect((await server.read(read)).text).toContain('NOT_FOUND');
  });

  it('is found by the key that reads use, where a view has no entities', async () => {
    const df = { event_timestamp: ['2026-02-01'], total_trips: [5], surge: [2.5] };
    const { status, text, headers } = await server.write({ feature_view_name: 'global_stats', df });
    expect([status, text, headers['content-type']]).toEqual([200, 'null', 'application/json']);
    const answer = await server.read(
      JSON.stringify({ features: ['global_stats:surge'], entities: { x: [1] } }),
    );
    expect(answer.text).toContain('"values":[2.5]');
  });

  it('is more than the store wants in one transaction', async () => {
    const count = 12_000;
    const ids = Array.from({ length: count }, (_, index) => 1_000_000 + index);
    const df = { ...row(0), driver_id: ids, event_timestamp: '2026-02-01', created: '2026-02-01' };
    const answer = await server.push(push({ ...df, conv_rate: 1, acc_rate: 1, avg_daily_trips: ids }));
    expect(answer.status).toBe(200);
    expect((await fresh(1_000_000 + count - 1)).values['avg_daily_trips']).toBe(1_000_000 + count - 1);
  });
});

describe('the metrics of writes', () => {
  it('count what Feast counts: pushes that were taken, and requests to that route whose body was one', async () => {
    const other = await startWriteApp({ SALVER_METRICS_ENABLED: 'true' });
    await other.push(push(row(40)));
    await other.push(push(row(40), { to: 'x' }));
    await other.push({ ...push(row(40)), push_source_name: 'nope' });
    await other.push({});
    await other.write({ feature_view_name: FRESH, df: row(40) });
    const metrics = other.app.get(MetricsService);
    const [pushes, requests] = await Promise.all([
      metrics.counter('feast_push_request_total')?.get(),
      metrics.counter('feast_feature_server_request_total')?.get(),
    ]);
    await other.close();
    expect(pushes?.values).toEqual([
      { labels: { push_source: 'driver_stats_push_source', mode: 'online' }, value: 1 },
    ]);
    expect(requests?.values).toEqual([
      { labels: { endpoint: '/push', status: 'success' }, value: 1 },
      { labels: { endpoint: '/push', status: 'error' }, value: 2 },
    ]);
  });
});

describe('settings of writes', () => {
  it('lets the last write win, and takes all numbers as nanoseconds', async () => {
    const other = await startWriteApp({
      SALVER_WRITE_POLICY: 'last',
      SALVER_INTEGER_TIMESTAMPS: 'nanoseconds',
    });
    await other.push(push(row(30)));
    await other.push(push(row(30, { event_timestamp: [1769940000], conv_rate: [0.75] })));
    expect(await other.driver(FRESH, FEATURES, 30)).toMatchObject({
      values: { conv_rate: 0.75 },
      eventTime: '1970-01-01T00:00:01Z',
    });
    await other.close();
  });

  it.each<[Record<string, string>, Record<string, Column> | object[], RegExp]>([
    [{ SALVER_LIMITS_ROWS: '2' }, { driver_id: [1, 2, 3] }, /at most 2 rows .* not 3/],
    [{ SALVER_LIMITS_ROWS: '2' }, [{ a: 1 }, { a: 1 }, { a: 1 }], /at most 2 rows .* not 3/],
    [{ SALVER_LIMITS_FEATURES: '2' }, row(1), /at most 2 columns .* not 6/],
    [{ SALVER_LIMITS_CELLS: '5' }, row(1), /at most 5 values .* not 1 rows of 6 columns/],
  ])('limits what is sent at once: %j', async (env, df, message) => {
    const other = await startWriteApp(env);
    const answer = await other.push(push(df));
    await other.close();
    expect([answer.status, details(answer.text)[0]?.type]).toEqual([422, 'too_long']);
    expect(answer.text).toMatch(message);
  });
});

function omit(columns: Record<string, Column>, name: string): Record<string, Column> {
  return Object.fromEntries(Object.entries(columns).filter(([key]) => key !== name));
}
