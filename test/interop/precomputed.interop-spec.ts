import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Deadline } from '../../src/common/model/deadline.ts';
import { PrecomputedRefresh } from '../../src/modules/serving/precomputed/precomputed-refresh.ts';
import { feastVenv } from '../support/feast-venv.ts';
import { fillRedis, redisPorts, snapshot } from '../support/precomputed-fleet.ts';
import { RedisServer } from '../support/redis-server.ts';
import { CHECKOUT } from '../support/servers.ts';
import { pythonScript, runPython } from './shop-repo.ts';

const REGISTRY = join(CHECKOUT, 'test/fixtures/precomputed/registry.db');

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
  await fillRedis(server);
});
afterAll(() => server.stop());

/** What Feast answers of each service. */
async function answers(...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const script = pythonScript('read_vectors.py');
  const printed = await runPython(feastVenv(), [script, server.connectionString(), REGISTRY, ...words]);
  return JSON.parse(printed) as Readonly<Record<string, unknown>>;
}

it('Feast reads the vectors that Salver made, and answers as from its own', async () => {
  const refresh = new PrecomputedRefresh(redisPorts(server), { online: false, servicesReadCurrent: false });
  const results = await refresh.refresh(snapshot, [{ viewName: 'stats', keys: 'all' }], {
    deadline: () => Deadline.after(20_000),
  });
  expect(results.filter(({ failure }) => failure !== undefined)).toEqual([]);
  const ofSalver = await answers();
  expect(ofSalver['both']).toMatchObject({ stats__trips: expect.arrayContaining(['200a 4']) });
  expect(ofSalver).toEqual(await answers('precompute'));
});
