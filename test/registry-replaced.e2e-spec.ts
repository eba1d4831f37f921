import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RegistryDocument } from '../src/modules/registry/registry-document.js';
import { within } from './support/salver-process.js';
import { READ_PATH, readyCount, ServeFixture } from './support/serve-fixture.js';

/** `SALVER_LONG=1`, as `npm run test:long` sets it: a minute. */
const ROUNDS = process.env['SALVER_LONG'] === '1' ? 60 : 8;
const VIEW = 'driver_hourly_stats';

let fixture: ServeFixture;
beforeEach(() => {
  fixture = new ServeFixture();
});
afterEach(async () => fixture.close());

/** Two registries in which one service has another feature: an answer shows of which it is. */
function generations(original: Buffer): readonly [Buffer, Buffer] {
  const [first, second] = ['conv_rate', 'acc_rate'];
  const made = [first, second].map((feature) => {
    const { registry, encode } = documentOf(original);
    const service = registry.featureServices.find(({ spec }) => spec?.name === 'driver_activity_v1');
    const projection = service?.spec?.features.find(({ featureViewName }) => featureViewName === VIEW);
    const view = registry.featureViews.find(({ spec }) => spec?.name === VIEW);
    const column = view?.spec?.features.find(({ name }) => name === feature);
    if (!projection || !column || !service?.spec) throw new Error('the recorded repo has changed');
    service.spec.features = [projection];
    projection.featureColumns = [column];
    return encode();
  });
  return made as [Buffer, Buffer];
}

function documentOf(bytes: Buffer) {
  const document = RegistryDocument.decode(bytes);
  return { registry: document.registry, encode: () => Buffer.from(document.encode(Date.now())) };
}

const BODY = '{"feature_service":"driver_activity_v1","entities":{"driver_id":[1001]}}';

it(
  'a registry that is replaced every second, good and garbage in turn: no 5xx, each answer of one generation',
  { timeout: 120_000 },
  async () => {
    const path = join(fixture.repo, 'data/registry.db');
    const [one, two] = generations(readFileSync(path));
    const replace = (bytes: Buffer): void => {
      writeFileSync(`${path}.new`, bytes);
      renameSync(`${path}.new`, path);
    };
    replace(one);
    const server = fixture.serve(['--workers', '2'], { SALVER_REGISTRY_POLL_INTERVAL_MS: '200' });
    const url = await server.url();
    await readyCount(server, 2);
    const seen = new Map<string, number>();
    let running = true;
    const client = async (): Promise<void> => {
      while (running) {
        const answer = await fetch(`${url}${READ_PATH}`, { method: 'POST', body: BODY });
        const text = await answer.text();
        const names =
          answer.status === 200
            ? (JSON.parse(text) as { metadata: { feature_names: string[] } }).metadata.feature_names.join()
            : `${answer.status} ${text}`;
        seen.set(names, (seen.get(names) ?? 0) + 1);
      }
    };
    const clients = [client(), client(), client(), client()];
    for (let round = 0; round < ROUNDS; round++) {
      replace(round % 4 === 0 ? two : round % 4 === 2 ? one : Buffer.from(`garbage ${round}`));
      await delay(1000);
    }
    replace(two);
    const last = await within(60_000, async () => {
      const answer = await fetch(`${url}${READ_PATH}`, { method: 'POST', body: BODY });
      return (await answer.text()).includes('acc_rate') || undefined;
    });
    running = false;
    await Promise.all(clients);
    expect(last).toBe(true);
    expect([...seen.keys()].toSorted()).toEqual(['driver_id,acc_rate', 'driver_id,conv_rate']);
    expect(Math.min(...seen.values())).toBeGreaterThan(20);
  },
);
