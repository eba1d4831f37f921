import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answerDifference } from '../conformance/compare.ts';
import type { Answer, Exchange, RecordedRequest } from '../conformance/exchange.ts';
import { send } from '../conformance/http-client.ts';
import { runSeed, SeededRandom } from '../support/random.ts';
import type { RunningServer } from '../support/server-process.ts';
import { columnGroups, type GeneratedRequest, generatedRequest } from './requests.ts';
import { ShopRepo } from './shop-repo.ts';

const MOST_SHOWN = 5;
const seed = runSeed();

function read(body: string): RecordedRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: '/get-online-features', headers, body_text: body };
}

/** Feast's answer as a recording that Salver's is held against. */
function asExchange({ body, views }: GeneratedRequest, feast: Answer): Exchange {
  const contentType = feast.headers['content-type'] ?? '';
  const response = { status: feast.status, headers: { 'content-type': contentType }, body_text: feast.text };
  const parsed = JSON.parse(feast.text) as { metadata?: { feature_names: string[] } };
  const columns = columnGroups(parsed.metadata?.feature_names ?? [], views);
  return { name: body, endpoint: '', request: read(body), response: { ...response, body: parsed }, columns };
}

/** Why Salver's answer is not the one it owes after Feast's; undefined when it is. */
function problem(request: GeneratedRequest, feast: Answer, salver: Answer): string | undefined {
  if (feast.status === 500) {
    const isClientError = salver.status >= 400 && salver.status < 500;
    return isClientError ? undefined : `Feast 500 (${feast.text}), Salver ${salver.status} (${salver.text})`;
  }
  return answerDifference(asExchange(request, feast), salver, { numbers: 'text', origin: '' });
}

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
    const random = new SeededRandom(seed);
    const problems: string[] = [];
    const statuses = new Map<number, number>();
    for (let index = 0; index < requests; index += 1) {
      const request = generatedRequest(random, repo.shape);
      const [wanted, got] = await Promise.all([
        send(feast.baseUrl, read(request.body)),
        send(salver.baseUrl, read(request.body)),
      ]);
      statuses.set(wanted.status, (statuses.get(wanted.status) ?? 0) + 1);
      const found = problem(request, wanted, got);
      if (found !== undefined) problems.push(`${request.body}\n  ${found}`);
    }
    expect(problems.slice(0, MOST_SHOWN)).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(requests / 2);
  });
});
