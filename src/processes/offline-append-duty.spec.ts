import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChannelHarness } from '../../test/support/channel-harness.js';
import { lineSource, LineStoreWriter } from '../../test/support/line-store-writer.js';
import { errorOf } from '../../test/support/stored-rows.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { InvalidValueError, UnavailableError } from '../common/errors/errors.js';
import { JsonFloat } from '../common/model/json-value.js';
import type { OfflineEntry } from '../modules/offline-store/offline-store-writer.js';
import { RemoteOfflineStoreWriter } from '../modules/offline-store/remote/remote-offline-store-writer.js';
import { OfflineAppendDuty } from './offline-append-duty.js';

// Nothing else is looked at: the store of the test needs none.
const configuration = { featureStore: { repoDir: tmpdir() } } as LoadedConfiguration;
const harness = new ChannelHarness();
let folder: string;
let behind: LineStoreWriter;
let duty: OfflineAppendDuty;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-append-'));
  behind = new LineStoreWriter(20);
  duty = new OfflineAppendDuty(() => behind);
});
afterEach(() => rmSync(folder, { recursive: true }));

const entry = (number: number, column = 'n'): OfflineEntry => ({
  id: undefined,
  rows: { columns: new Map([[column, [new JsonFloat(number)]]]), rows: 1 },
});
const lines = (): string[] => readFileSync(join(folder, 'a'), 'utf8').trimEnd().split('\n');
const source = () => lineSource(join(folder, 'a'));
const remote = (timeoutMs = 5000) => new RemoteOfflineStoreWriter(harness.newClient(), timeoutMs);

describe('appends through the writer process', () => {
  it('of several processes share merges, and keep how numbers were written', async () => {
    duty.start({ configuration, requests: await harness.listen() });
    const writers = [remote(), remote(), remote()];
    const all = await Promise.all(
      writers.flatMap((writer, at) => [0, 1].map((n) => writer.append(source(), [entry(2 * at + n)]))),
    );
    expect(all).toEqual([[], [], [], [], [], []]);
    expect(behind.merges.length).toBeLessThan(6);
    expect(lines().toSorted()).toEqual([0, 1, 2, 3, 4, 5].map((n) => `{"n": [${n}.0]}`));
  });

  it('bring back what was refused, as it was', async () => {
    duty.start({ configuration, requests: await harness.listen() });
    const refused = await remote().append(source(), [entry(0), entry(1, 'bad')]);
    expect(refused.map(({ index }) => index)).toEqual([1]);
    expect(refused[0]?.error).toBeInstanceOf(InvalidValueError);
    expect(refused[0]?.error).toMatchObject({ issues: [{ loc: ['body', 'df', 'bad', 0], msg: 'is bad' }] });
  });

  it('are not made twice when the writer ends in the middle', async () => {
    let frames = 0;
    const broken = await harness.listenRaw((socket) => {
      socket.once('data', () => {
        frames++;
        setTimeout(() => socket.destroy(), 30);
      });
    });
    const failed = await errorOf(() => remote().append(source(), [entry(0)]));
    expect(failed).toBeInstanceOf(UnavailableError);
    expect(String(failed)).toMatch(/may have been stored or not/);
    expect(frames).toBe(1);
    broken.close();
    duty.start({ configuration, requests: await harness.listen() });
    await remote().append(source(), [entry(1)]);
    expect(lines()).toEqual(['{"n": [1.0]}']);
  });

  it('are waited for no longer than a request may take', async () => {
    await expect(remote(100).append(source(), [entry(0)])).rejects.toThrow(UnavailableError);
  });

  it('are finished at the end', async () => {
    const requests = await harness.listen();
    duty.start({ configuration, requests });
    const append = remote().append(source(), [entry(0)]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await duty.onStop();
    expect(await append).toEqual([]);
    expect(behind.isClosed).toBe(true);
  });
});
