import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runSeed } from '../support/random.ts';
import type { RunningServer } from '../support/server-process.ts';
import { compareAnswers } from './answer-campaign.ts';
import { ShopRepo } from './shop-repo.ts';

const MOST_SHOWN = 5;
const seed = runSeed();

describe.each([
  { keyVersion: 3, timeZone: 'UTC', requests: 200 },
  { keyVersion: 2, timeZone: 'UTC', requests: 100 },
  { keyVersion: 3, timeZone: 'America/New_York', requests: 100 },
] as const)('a repo of entity key version $keyVersion under $timeZone', ({ requests, ...options }) => {
  let repo: ShopRepo;
  let feast: RunningServer;
  let salver: RunningServer;

  beforeAll(async () => {
    repo = await ShopRepo.make(options);
    [feast, salver] = await Promise.all([repo.startFeast(), repo.startSalver()]);
  });
  afterAll(async () => repo[Symbol.asyncDispose]());

  it(`answers ${requests} generated requests as Feast does (seed ${seed})`, async () => {
    const { problems, statuses } = await compareAnswers({ feast, salver, shape: repo.shape, seed, requests });
    expect(problems.slice(0, MOST_SHOWN)).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(requests / 2);
  });
});
