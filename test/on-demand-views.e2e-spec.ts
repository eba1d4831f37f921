import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleRepo } from './support/example-repo.js';
import { ARTIFACTS, OnDemandRepo, type Read, readFeatures } from './support/on-demand-repo.js';
import { salver, type SalverProcess } from './support/salver-process.js';

const START_MS = 60_000;

describe('on-demand views in TypeScript', () => {
  const repo = new OnDemandRepo();
  let server: SalverProcess;
  let url: string;
  const read = (features: readonly string[], entities: object, more: object = {}): Promise<Read> =>
    readFeatures(url, { features, entities, ...more });
  const ask = (view: string, ...values: readonly number[]): Promise<Read> => {
    const rows = values.length === 0 ? [1, 2] : values;
    const entities = {
      driver_id: rows.map((_, at) => at + 1),
      val_to_add: rows,
      val_to_add_2: rows.map(() => 0),
    };
    return read([`${view}:rate`], entities);
  };

  beforeAll(async () => {
    repo.write('static_artifacts.ts', ARTIFACTS);
    await repo.apply();
    server = repo.serve(['--metrics'], {
      SALVER_METRICS_PORT: '0',
      SALVER_TRANSFORM_TIMEOUT_MS: '300',
    });
    url = await server.url();
  }, START_MS);
  afterAll(async () => repo.remove());

  it('compute every row in the mode row, which Feast does for the first alone', async () => {
    const entities = { driver_id: [1, 2], suffix: ['!', '?'], factor: [2, 0.5], flag: [true, false] };
    const { columns } = await read(['singleton_rate:one_label', 'singleton_rate:one_value'], entities);
    expect(columns).toEqual({ driver_id: [1, 2], one_label: ['Oslo!', 'Rome?'], one_value: [0.5, 0.25] });
  });

  it('answer a request without rows as Feast, where nothing of a view is needed', async () => {
    const { text } = await read(['request_only:only_sum'], { val_to_add: [], val_to_add_2: [] });
    expect(text).toBe('{"results":[{"values":[],"statuses":[]}],"metadata":{"feature_names":["only_sum"]}}');
    const { status } = await read(['python_rate:py_sum'], {
      driver_id: [],
      val_to_add: [],
      val_to_add_2: [],
    });
    expect(status).toBe(422);
  });

  it('keep their names apart from those of their sources when names are full, in every mode', async () => {
    const rows = {
      driver_id: [1],
      val_to_add: [1],
      val_to_add_2: [2],
      suffix: ['!'],
      factor: [2],
      flag: [true],
    };
    const features = [
      'same_name:acc_rate',
      'stats:acc_rate',
      'python_rate:py_sum',
      'singleton_rate:one_value',
      'heavy:rate',
      'totals:asked',
    ];
    const { columns, names } = await read(features, rows, { full_feature_names: true });
    expect(names).toEqual([
      'driver_id',
      'stats__acc_rate',
      'same_name__acc_rate',
      'python_rate__py_sum',
      'singleton_rate__one_value',
      'heavy__rate',
      'totals__asked',
    ]);
    expect(columns).toMatchObject({
      stats__acc_rate: [0.25],
      same_name__acc_rate: [25],
      python_rate__py_sum: [1.25],
      singleton_rate__one_value: [0.5],
      heavy__rate: [1.25],
      totals__asked: [1],
    });
  });

  it('return values of every type, exactly', async () => {
    const features = ['typed:key', 'typed:at', 'typed:tags', 'typed:found', 'typed:place'];
    const { text } = await read(features, { driver_id: [1, 5], val_to_add: [0, 0], val_to_add_2: [0, 0] });
    expect(text).toContain('"values":[4611686018427387905,4611686018427387909]');
    expect(text).toContain('"values":[1700000000,1700000000]');
    expect(text).toContain(String.raw`"values":[["Oslo","\""],["nowhere","\""]]`);
    expect(text).toContain('"values":[true,false]');
    expect(text).toContain('"values":[{"name":"Oslo","x":1.0},{"name":null,"x":1.0}]');
  });

  it('aggregate the rows of an entity', async () => {
    const entities = { driver_id: [2, 1, 2], val_to_add: [5, 7, null], val_to_add_2: [0, 0, 0] };
    const { columns } = await read(['totals:asked', 'totals:highest', 'totals:sum_acc_rate'], entities);
    expect(columns).toEqual({
      driver_id: [2, 1, 2],
      asked: [1, 1, 1],
      highest: [5, 7, 5],
      sum_acc_rate: [1, 0.25, 1],
    });
  });

  it.each([
    ['short', 'rate has 1 values for 2 rows'],
    ['texts_for_numbers', 'rate[1] must be a number, is "1"'],
    ['none', 'its function returned no rate'],
    ['hole', 'rate[1] is missing: return null for no value'],
    ['thrower', 'row 1: no rates for Rome'],
  ])('tell what is wrong with the function of %s', async (view, message) => {
    const { status, text } = await ask(view);
    expect(JSON.parse(text)).toBe(`On-demand feature view ${view}: ${message}`);
    expect(status).toBe(422);
  });

  it('fail those requests alone that ask for them', async () => {
    const { columns } = await read(['stats:city'], { driver_id: [2] });
    expect(columns['city']).toEqual(['Rome']);
  });

  it.each([
    ['val_to_add', ['x'], 'val_to_add[0]: "x" is not a number: the request field val_to_add is INT64'],
    ['flag', ['yes'], 'flag[0]: "yes" is neither a boolean nor an integer: the request field flag is BOOL'],
  ])('refuse a %s that is none, with its place', async (name, values, msg) => {
    const rows = {
      driver_id: [1],
      val_to_add: [1],
      val_to_add_2: [1],
      suffix: ['!'],
      factor: [1],
      flag: [true],
    };
    const view = name === 'flag' ? 'singleton_rate:one_flag' : 'python_rate:py_sum';
    const { status, text } = await read([view], { ...rows, [name]: values });
    expect(status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ detail: [{ loc: ['body', 'entities', name, 0], msg }] });
  });

  it('are waited for, but not for longer than transform_timeout_ms', async () => {
    expect((await ask('late')).columns['rate']).toEqual([0.25, 0.5]);
    const startedMs = performance.now();
    const { status, text, headers } = await ask('late', 13, 1);
    // Far less than the request may take.
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(text).toContain('On-demand feature view late: its function had no result within 300 ms');
  });

  it('run in a thread of their own when they are heavy, which is ended when it takes too long', async () => {
    expect((await ask('heavy')).columns['rate']).toEqual([1.25, 2.5]);
    const endless = ask('heavy', 13);
    // Meanwhile the process answers others.
    expect((await read(['stats:city'], { driver_id: [1] })).columns['city']).toEqual(['Oslo']);
    const { status, text } = await endless;
    expect(status).toBe(503);
    expect(text).toContain('On-demand feature view heavy: its function had no result within');
    expect((await ask('heavy')).columns['rate']).toEqual([1.25, 2.5]);
  });

  it('get what static_artifacts.ts has loaded, and are timed when they track metrics', async () => {
    expect((await ask('tiered')).columns['rate']).toEqual([1, 2]);
    const metrics = await (await fetch(await server.printed(/"metrics":"([^"]+)"/))).text();
    expect(metrics).toContain(
      'feast_feature_server_transformation_duration_seconds_count{mode="python",odfv_name="tiered"} 1',
    );
  });

  it('are found by functions under both names of a source', async () => {
    const entities = { driver_id: [1, 2], val_to_add: [3, 4], val_to_add_2: [0, 0] };
    const { columns } = await read(['spelled:rate'], entities);
    expect(columns['rate']).toEqual([3.25, 4.5]);
  });

  it('are stored when they are written: at the time of the write, and timed', async () => {
    const began = Math.floor(Date.now() / 1000) * 1000;
    const df = {
      driver_id: [71, 72],
      event_timestamp: ['2026-02-01T00:00:00', '2026-02-01T00:00:00'],
      acc_rate: [0.5, null],
      val_to_add: [2, 3],
    };
    const write = (columns: object): Promise<Response> =>
      fetch(`${url}/write-to-online-store`, {
        method: 'POST',
        body: JSON.stringify({ feature_view_name: 'stored_tracked', df: columns }),
      });
    expect((await write(df)).status).toBe(200);
    const { text, columns } = await read(['stored_tracked:rate'], { driver_id: [71, 72, 73] });
    expect(columns['rate']).toEqual([2.5, null, null]);
    const { results } = JSON.parse(text) as {
      results: readonly {
        readonly event_timestamps: readonly string[];
        readonly statuses: readonly string[];
      }[];
    };
    const stored = Date.parse(results[1]!.event_timestamps[0]!);
    expect(stored).toBeGreaterThanOrEqual(began);
    expect(stored).toBeLessThanOrEqual(Date.now());
    const refused = await write({ driver_id: [71], acc_rate: [1] });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { detail: [{ loc: ['body', 'df', 'val_to_add'], msg: expect.stringContaining('stored_tracked') }] },
    ]);
    const metrics = await (await fetch(await server.printed(/"metrics":"([^"]+)"/))).text();
    expect(metrics).toMatch(
      /feast_feature_server_write_transformation_duration_seconds_count\{mode="python",odfv_name="stored_tracked"\} [12]\.0\n/,
    );
  });

  it('are what `salver get-online-features` prints', async () => {
    const words = ['-f', 'tiered:rate', '-e', 'driver_id=2', '-e', 'val_to_add=1', '-e', 'val_to_add_2=1'];
    const { code, output } = await repo.run('get-online-features', ...words);
    expect(output).toContain('"rate": [\n    2');
    expect(code).toBe(0);
  });
});

it('the bundled example computes the price of a trip', { timeout: START_MS }, async () => {
  const example = await exampleRepo();
  try {
    const trip = ['driver_id=1001', 'distance_km=10', 'rush_hour=true'].flatMap((pair) => ['-e', pair]);
    const { output } = await salver([
      '-c',
      example.path,
      'get-online-features',
      '-f',
      'trip_price:price',
      ...trip,
    ]);
    // The driver rides an e-bike: 10 km at 0.75, and a quarter more in the rush hour.
    expect(JSON.parse(output)).toEqual({ driver_id: [1001], price: [9.375] });
  } finally {
    example.remove();
  }
});
