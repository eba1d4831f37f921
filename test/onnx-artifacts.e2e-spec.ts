import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPECTED_TRIPS, modelFiles } from './support/onnx-fixtures.js';
import { type Read, readFeatures } from './support/on-demand-repo.js';
import { salver, SalverProcess } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

/** The driver of each expected trip, as data.sql has them. */
const DRIVERS = [1, 2, 3];
/** In place of the model one that takes hours for a trip of 13 km. */
const ENDLESS = `
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { LoadArtifacts } from 'salver';

export const loadArtifacts: LoadArtifacts = async () => {
  env.wasm.numThreads = 1;
  const model = await InferenceSession.create(${JSON.stringify(modelFiles('endless').modelPath)});
  const tripMinutes = async (trips: readonly (readonly number[])[]): Promise<readonly number[]> => {
    const word = (id: number) => new Tensor('int64', [BigInt(id)], [1, 1]);
    for (const [kilometres] of trips) await model.run({ input_ids: word(kilometres === 13 ? 4 : 5), attention_mask: word(1) });
    return trips.map(() => 1);
  };
  return { vehicles: new Map([['e-bike', []], ['car', []], ['van', []]]), tripMinutes };
};
`;

let parent: string;
let repo: string;

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'salver-onnx-'));
  repo = join(parent, 'trips');
  await done('init', '--template', 'onnx', repo);
  // In place of npm install.
  symlinkSync(join(CHECKOUT, 'node_modules'), join(repo, 'node_modules'));
  await done('-c', repo, 'apply', '--yes');
  await done('-c', repo, 'materialize-incremental', new Date().toISOString().slice(0, 19));
}, 120_000);
afterAll(() => rmSync(parent, { recursive: true }));

async function done(...words: readonly string[]): Promise<void> {
  const { code, output } = await salver(words, { cwd: parent });
  if (code !== 0) throw new Error(output);
}

async function whileServing(use: (url: string) => Promise<void>): Promise<string> {
  const server = new SalverProcess(['-c', repo, 'serve', '--port', '0', '--no-access-log'], {
    cwd: repo,
    env: { SALVER_SERVER_REQUEST_TIMEOUT_MS: '20000', SALVER_TRANSFORM_TIMEOUT_MS: '2000' },
  });
  try {
    await use(await server.url());
  } finally {
    server.kill('SIGINT');
    await server.ended;
  }
  return server.output;
}

async function estimate(url: string, entities: object): Promise<Pick<Read, 'status'> & { minutes: unknown }> {
  const { status, columns } = await readFeatures(url, { features: ['trip_estimate:minutes'], entities });
  return { status, minutes: columns['minutes'] };
}

describe('the template onnx', () => {
  it('answers what the reference makes of its model, and null for who is not known', async () => {
    const output = await whileServing(async (url) => {
      const entities = {
        driver_id: [...DRIVERS, 9],
        distance_km: [...EXPECTED_TRIPS.map(({ kilometres }) => kilometres), 1],
        rush_hour: [...EXPECTED_TRIPS.map(({ rushHour }) => rushHour), false],
      };
      const minutes = EXPECTED_TRIPS.map((trip) => expect.closeTo(trip.minutes, 3) as number);
      expect(EXPECTED_TRIPS.map(({ minutes: one }) => Math.round(one))).toEqual([49, 27, 16]);
      expect(await estimate(url, entities)).toEqual({ status: 200, minutes: [...minutes, null] });
    });
    expect(output).toMatch(/static_artifacts\.ts: loaded vehicles, tripMinutes/);
    expect(output).not.toMatch(/"level":[456]0/);
  });

  it('does not start without its model', async () => {
    const model = join(repo, 'trip_minutes.onnx');
    renameSync(model, `${model}.away`);
    const { code, output } = await salver(['-c', repo, 'serve', '--port', '0'], { cwd: repo });
    renameSync(`${model}.away`, model);
    expect(output).toMatch(/static artifacts cannot be loaded: static_artifacts\.ts.*trip_minutes\.onnx/);
    expect(code).toBe(1);
  });
});

describe('a model that computes without end', () => {
  it('is cut off, and computes again for others', async () => {
    writeFileSync(join(repo, 'static_artifacts.ts'), ENDLESS);
    const trip = (distance: number) => ({ driver_id: [1], distance_km: [distance], rush_hour: [true] });
    const output = await whileServing(async (url) => {
      expect(await estimate(url, trip(12))).toEqual({ status: 200, minutes: [1] });
      const late = estimate(url, trip(13));
      let isLate = false;
      void late.finally(() => (isLate = true));
      const other = await readFeatures(url, {
        features: ['driver_profile:vehicle'],
        entities: { driver_id: [1] },
      });
      expect([other.status, isLate]).toEqual([200, false]);
      expect((await late).status).toBe(503);
      await expect
        .poll(async () => await estimate(url, trip(12)), { timeout: 20_000 })
        .toEqual({ status: 200, minutes: [1] });
    });
    expect(output).toMatch(/a thread of on-demand functions ended and is replaced/);
  });
});
