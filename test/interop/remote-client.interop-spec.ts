import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RunningServer } from '../support/server-process.ts';
import { pythonScript, runPython, ShopRepo } from './shop-repo.ts';

const rows = [1, 2, 3, 5, 99].map((customer_id) => ({ customer_id }));
const pairs = [1, 2, 3].flatMap((customer_id) =>
  ['P-001', 'P-007', 'ünï'].map((product_code) => ({ customer_id, product_code })),
);
const PROFILE = ['name', 'vip', 'credit', 'score', 'visits', 'level', 'last_seen'].map(
  (name) => `customer_profile:${name}`,
);

const requests = [
  { features: PROFILE, rows },
  { features: PROFILE, rows, full: true },
  { features: ['customer_history:counts', 'customer_profile:name'], rows: rows.slice(0, 3) },
  { features: ['never_loaded:hope'], rows },
  {
    features: ['store_hours:big_number', 'store_hours:opens'],
    rows: [{ store_no: 1 }, { store_no: -3 }, { store_no: 77 }],
  },
  { features: ['customer_product:affinity', 'product_stats:price', 'global_rates:day'], rows: pairs },
  { service: 'profile_short', rows },
  { service: 'renamed', rows: [{ customer_id: 1 }, { customer_id: 5 }], full: true },
  { service: 'mixed', rows: pairs },
];

describe("Feast's own client with a remote online store", () => {
  let repo: ShopRepo;
  let feast: RunningServer;
  let salver: RunningServer;

  beforeAll(async () => {
    repo = await ShopRepo.make({ keyVersion: 3, timeZone: 'UTC' });
    [feast, salver] = await Promise.all([repo.startFeast(), repo.startSalver()]);
  });
  afterAll(async () => repo[Symbol.asyncDispose]());

  const answersOf = async (server: RunningServer): Promise<readonly Record<string, unknown>[]> => {
    const args = [pythonScript('read_remote.py'), repo.path, server.baseUrl];
    const printed = await runPython(repo.venv, args, 'UTC', JSON.stringify(requests));
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as readonly Record<string, unknown>[];
  };

  it('gets from Salver what it gets from Feast', async () => {
    const [fromFeast, fromSalver] = [await answersOf(feast), await answersOf(salver)];
    expect(fromFeast).toHaveLength(requests.length);
    expect(fromFeast[4]).toMatchObject({ store_no: [1, -3, 77], opens: [9, 8, null] });
    expect(fromSalver).toEqual(fromFeast);
  });
});
