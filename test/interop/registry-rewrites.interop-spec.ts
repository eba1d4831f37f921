import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answerDifference } from '../conformance/compare.ts';
import type { Answer, Exchange, RecordedRequest } from '../conformance/exchange.ts';
import { send } from '../conformance/http-client.ts';
import type { RunningServer } from '../support/server-process.ts';
import { pythonScript, runPython, ShopRepo } from './shop-repo.ts';

const REWRITES = 36;
const CLIENTS = 3;
const CLIENT_PAUSE_MS = 10;
const SEEN_WITHIN_MS = 15_000;

function read(body: unknown): RecordedRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: '/get-online-features', headers, body_text: JSON.stringify(body) };
}

const requests = [
  {
    features: ['customer_profile:name', 'customer_profile:credit'],
    entities: { customer_id: [1, 2, 3, 99] },
  },
  { feature_service: 'renamed', entities: { customer_id: [4, 5] }, full_feature_names: true },
  { feature_service: 'mixed', entities: { customer_id: [7], product_code: ['P-004'] } },
  { features: ['store_hours:big_number'], entities: { store_no: [-1, 3] } },
].map(read);

describe('while Feast rewrites the registry', () => {
  let repo: ShopRepo;
  let salver: RunningServer;

  beforeAll(async () => {
    repo = await ShopRepo.make({ keyVersion: 3, timeZone: 'UTC' });
    salver = await repo.startSalver();
  });
  afterAll(async () => repo[Symbol.asyncDispose]());

  it(`answers every read right over ${REWRITES} rewrites, and serves what came new`, async () => {
    const expected = await Promise.all(requests.map(async (request) => expectation(salver, request)));
    expect(expected.map(({ response }) => response).filter(({ status }) => status !== 200)).toEqual([]);
    const wrong: string[] = [];
    let reads = 0;
    const end = new AbortController();
    const client = async (): Promise<void> => {
      while (!end.signal.aborted) {
        for (const exchange of expected) {
          reads += 1;
          const found = await difference(salver, exchange);
          if (found !== undefined) wrong.push(found);
        }
        await delay(CLIENT_PAUSE_MS);
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    const said = await runPython(repo.venv, [
      pythonScript('rewrite_registry.py'),
      repo.path,
      String(REWRITES),
    ]).finally(() => end.abort());
    await Promise.all(clients);
    expect(said.match(/^rewrite \d+$/gm)).toHaveLength(REWRITES);
    expect([...new Set(wrong)]).toEqual([]);
    expect(reads).toBeGreaterThan(REWRITES * requests.length);
    expect(await statusOfAddedService(salver)).toBe(200);
  });
});

async function expectation(server: RunningServer, request: RecordedRequest): Promise<Exchange> {
  const answer = await send(server.baseUrl, request);
  const response = {
    status: answer.status,
    body_text: answer.text,
    body: JSON.parse(answer.text) as unknown,
  };
  return { name: request.body_text ?? '', endpoint: '', request, response };
}

async function difference(server: RunningServer, exchange: Exchange): Promise<string | undefined> {
  let answer: Answer;
  try {
    answer = await send(server.baseUrl, exchange.request);
  } catch (error) {
    return `${exchange.name}: ${String(error)}`;
  }
  const found = answerDifference(exchange, answer, { numbers: 'text', origin: '' });
  return found === undefined ? undefined : `${exchange.name}: ${found}`;
}

/** The status for the service that the last rewrite added, once it is no longer 404. */
async function statusOfAddedService(server: RunningServer): Promise<number> {
  const request = read({ feature_service: 'added_last', entities: { product_code: ['P-004'] } });
  const giveUpAt = Date.now() + SEEN_WITHIN_MS;
  let { status } = await send(server.baseUrl, request);
  while (status === 404 && Date.now() < giveUpAt) {
    await delay(200);
    ({ status } = await send(server.baseUrl, request));
  }
  return status;
}
