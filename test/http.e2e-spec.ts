import { cpSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './support/test-app.js';

const DRIVERS = new URL('./fixtures/conformance/repos/drivers-sqlite/', import.meta.url);
const READ = '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001,1002]}}';
const YAML = `project: drivers
registry: data/registry.db
online_store: {type: sqlite, path: data/online_store.db}
`;

let server: TestApp;

beforeAll(async () => {
  server = await startTestApp({
    yaml: YAML,
    registry: readFileSync(new URL('data/registry.db', DRIVERS)),
    fillStore: (path) => cpSync(new URL('data/online_store.db', DRIVERS), path),
    env: { SALVER_LIMITS_BODY_BYTES: '4096', SALVER_LIMITS_ROWS: '100', SALVER_LIMITS_FEATURES: '20' },
  });
});
afterAll(() => server.close());

const get = async (url: string, method: 'GET' | 'HEAD' | 'OPTIONS' | 'PUT' | 'DELETE' | 'POST' = 'GET') => {
  const { statusCode, headers, body } = await server.app.inject({ method, url });
  return { status: statusCode, headers, text: body };
};

describe('bodies', () => {
  it.each([
    undefined,
    'application/json',
    'APPLICATION/JSON; charset=utf-8',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/vnd.api+json',
    'nonsense',
  ])('reads JSON whatever the content type: %s', async (type) => {
    const answer = await server.read(READ, type === undefined ? {} : { 'content-type': type });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it('takes the last of repeated keys, and __proto__ for a name like any other', async () => {
    const body =
      '{"features":["nope:x"],"entities":{"__proto__":[1],"driver_id":[1001]},"features":["driver_hourly_stats:rating"]}';
    expect((await server.read(body)).status).toBe(200);
  });

  it('keeps integers beyond 2^53', async () => {
    const answer = await server.read(
      '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[9007199254740993]}}',
    );
    expect(answer.text).toContain('"values":[9007199254740993]');
  });

  it.each([
    ['no body', '', ['body'], 'missing'],
    ['null', 'null', ['body'], 'missing'],
    ['an array', '[]', ['body'], 'model_attributes_type'],
    ['half a document', '{"features": [', ['body', 14], 'json_invalid'],
    ['no entities', '{}', ['body', 'entities'], 'missing'],
    [
      'a column that is no list',
      '{"features":["a:b"],"entities":{"driver_id":1}}',
      ['body', 'entities', 'driver_id'],
      'list_type',
    ],
    [
      'a feature that is no text',
      '{"features":[1],"entities":{"driver_id":[1]}}',
      ['body', 'features', 0],
      'string_type',
    ],
    [
      'a flag that is no flag',
      '{"features":["a:b"],"entities":{"k":[1]},"full_feature_names":"maybe"}',
      ['body', 'full_feature_names'],
      'bool_parsing',
    ],
    [
      'a word for an integer key',
      '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001,"abc"]}}',
      ['body', 'entities', 'driver_id', 1],
      'int_parsing',
    ],
    [
      'a null key',
      '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001,null]}}',
      ['body', 'entities', 'driver_id', 1],
      undefined,
    ],
    [
      'lists of two lengths',
      '{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":[1001],"customer_id":["a","b"]}}',
      ['body', 'entities', 'customer_id'],
      undefined,
    ],
    [
      'no entities at all',
      '{"features":["driver_hourly_stats:rating"],"entities":{}}',
      ['body', 'entities'],
      undefined,
    ],
  ])('answers %s with 422 and the place', async (_, body, loc, type) => {
    const answer = await server.read(body);
    expect(answer.status).toBe(422);
    const { detail } = JSON.parse(answer.text) as { detail: { loc: unknown; type: string; msg: string }[] };
    expect(detail[0]?.loc).toEqual(loc);
    expect(detail[0]?.type).toBe(type ?? 'value_error');
    expect(detail[0]?.msg.length).toBeGreaterThan(5);
  });

  it('tells of everything that is wrong with a body at once', async () => {
    const answer = await server.read('{"entities":[],"features":"x","feature_service":5}');
    const { detail } = JSON.parse(answer.text) as { detail: { loc: string[] }[] };
    expect(detail.map(({ loc }) => loc.join('.'))).toEqual([
      'body.entities',
      'body.feature_service',
      'body.features',
    ]);
  });

  it('answers the classes of Feast with JSON inside a JSON string', async () => {
    const answer = await server.read('{"features":["größe:x"],"entities":{"driver_id":[1]}}');
    expect(answer.status).toBe(404);
    expect(answer.text).toBe(
      JSON.stringify(
        '{"module": "feast.errors", "class": "FeatureViewNotFoundException", "message": "Feature view gr\\u00f6\\u00dfe does not exist in project drivers"}',
      ),
    );
  });
});

describe('limits', () => {
  it('tells the number of rows', async () => {
    const rows = JSON.stringify(Array.from({ length: 101 }, (_, row) => row));
    const answer = await server.read(
      `{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":${rows}}}`,
    );
    expect(answer).toMatchObject({ status: 422, text: expect.stringContaining('at most 100 rows') });
  });

  it('tells the number of features', async () => {
    const features = JSON.stringify(Array.from({ length: 21 }, (_, n) => `driver_hourly_stats:f${n}`));
    const answer = await server.read(`{"features":${features},"entities":{"driver_id":[1]}}`);
    expect(answer).toMatchObject({ status: 422, text: expect.stringContaining('at most 20 features') });
  });

  it('refuses a body that is too large', async () => {
    const answer = await server.read(`{"junk":"${'x'.repeat(5000)}"}`);
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining('4096 bytes') });
  });
});

describe('headers', () => {
  it('echoes the id of a request, or the trace, or makes one', async () => {
    expect((await server.read(READ, { 'x-request-id': 'abc-1' })).headers['x-request-id']).toBe('abc-1');
    const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    expect((await server.read(READ, trace)).headers['x-request-id']).toBe('0af7651916cd43dd8448eb211c80319c');
    const first = (await server.read(READ)).headers['x-request-id'];
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect((await server.read(READ, { 'x-request-id': 'two words' })).headers['x-request-id']).not.toBe(
      'two words',
    );
  });

  it('takes a shorter time limit, and refuses one that is none', async () => {
    expect((await server.read(READ, { 'x-request-timeout-ms': '2000' })).status).toBe(200);
    expect((await server.read(READ, { 'x-request-timeout-ms': 'soon' })).status).toBe(400);
    expect((await server.read(READ, { 'x-request-timeout-ms': '0' })).status).toBe(400);
  });
});

describe('routes', () => {
  it('is healthy with an empty body', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, text: '' });
    expect(await get('/health/live')).toMatchObject({ status: 200, text: '' });
  });

  it('is ready with a registry and a store', async () => {
    const answer = await get('/health/ready');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ status: 'ready' });
    expect(JSON.parse((await get('/health/startup')).text)).toEqual({ status: 'started' });
  });

  it.each([
    ['HEAD', '/health', 'GET'],
    ['POST', '/health', 'GET'],
    ['GET', '/get-online-features', 'POST'],
    ['OPTIONS', '/get-online-features', 'POST'],
    ['PUT', '/get-online-features', 'POST'],
  ] as const)('answers %s %s with 405 and what is allowed', async (method, url, allow) => {
    const answer = await get(url, method);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
  });

  it.each(['/', '/nope', '/Get-Online-Features', '/metrics', '/health/nope', '/%zz'])(
    'does not know %s',
    async (url) => {
      const answer = await get(url);
      expect([404, 400]).toContain(answer.status);
      expect(JSON.parse(answer.text)).toHaveProperty('detail');
    },
  );

  it('redirects a trailing slash', async () => {
    const answer = await get('/get-online-features/', 'POST');
    expect(answer.status).toBe(307);
    expect(answer.headers.location).toMatch(/^http:\/\/[^/]+\/get-online-features$/);
  });
});

describe('without a registry', () => {
  it('is healthy, not ready, and answers reads with 503', async () => {
    const bare = await startTestApp({ yaml: YAML });
    const health = await bare.app.inject({ method: 'GET', url: '/health' });
    const ready = await bare.app.inject({ method: 'GET', url: '/health/ready' });
    const startup = await bare.app.inject({ method: 'GET', url: '/health/startup' });
    const answer = await bare.read(READ);
    await bare.close();
    expect(startup.statusCode).toBe(503);
    expect(startup.json()).toEqual({ status: 'starting', waiting_for: ['registry'] });
    expect(health.statusCode).toBe(200);
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toEqual({ status: 'not ready', waiting_for: ['registry', 'online store'] });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
  });
});
