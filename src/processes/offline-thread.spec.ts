import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../test/support/compiled-modules.js';
import { entry } from '../../test/support/offline-rows.js';
import { fileSource } from '../../test/support/offline-sources.js';
import { ParquetFolder } from '../../test/support/parquet-files.js';
import { soon, T1, tripBatch } from '../../test/support/trip-rows.js';
import { WriterRepo } from '../../test/support/writer-repo.js';
import { ChannelClient } from '../common/channel/channel-client.js';
import { createServingOnlineStoreWriter } from '../modules/online-store/online-store-writer-factory.js';
import { RemoteOfflineStoreWriter } from '../modules/offline-store/remote/remote-offline-store-writer.js';
import { WriterProcess } from './writer-process.js';

const ENTRY = 'src/processes/writer.main.ts';
const THREAD = 'src/processes/offline-thread.main.ts';
/** A merge takes about a second, and more where others work. */
const ROWS = 200_000;
const MAX_WAITING_BYTES = 1 << 27;

let modules: CompiledModules;
const repo = new WriterRepo();
const folder = new ParquetFolder();
const ends: (string | undefined)[] = [];
let writer: WriterProcess;
let channel: ChannelClient;

beforeAll(async () => {
  modules = await CompiledModules.compile([ENTRY, THREAD]);
  await folder.write('rows.parquet', "SELECT 0::BIGINT AS id, 'first' AS name");
  const events = {
    onReady: () => undefined,
    onMetrics: () => undefined,
    onEnded: (reason: string | undefined) => ends.push(reason),
  };
  const logger = pino({ level: 'silent' });
  writer = new WriterProcess(repo.configuration(), events, logger, modules.pathOf(ENTRY));
  writer.start();
  channel = new ChannelClient(writer.address as string, { maxWaitingBytes: MAX_WAITING_BYTES });
});
afterAll(() => {
  channel.close();
  writer.kill();
  modules.remove();
  repo.remove();
  folder.remove();
});

async function storedRows(): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const file = join(folder.path, 'rows.parquet');
  const result = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM '${file}'`);
  const [[rows]] = result.getRows() as [[number]];
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describe('merges of the offline store', () => {
  it('of many rows hold no commit of the online store up, and are finished at the end', async () => {
    const { featureStore, salver } = repo.configuration();
    const online = createServingOnlineStoreWriter(featureStore, salver, channel);
    const offline = new RemoteOfflineStoreWriter(channel, 60_000);
    const uri = join(folder.path, 'rows.parquet');
    const many = entry({
      id: Array.from({ length: ROWS }, (_, i) => i),
      name: Array.from({ length: ROWS }, (_, i) => `n${i}`),
    });
    await offline.append(fileSource(uri), [entry({ id: [1], name: ['second'] })]);
    let isMerged = false;
    const merging = offline.append(fileSource(uri), [many]).then((refused) => {
      isMerged = true;
      return refused;
    });
    const startedMs = performance.now();
    let slowestMs = 0;
    for (let n = 0; !isMerged; n++) {
      const beganMs = performance.now();
      await online.write(tripBatch([{ trips: n, micros: T1 + n }]), soon());
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
    }
    expect(await merging).toEqual([]);
    // On one thread, one of them waits for most of the merge.
    expect(slowestMs / (performance.now() - startedMs)).toBeLessThan(0.6);
    expect(await storedRows()).toBe(ROWS + 2);

    const last = offline.append(fileSource(uri), [many]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await writer.stop(30_000);
    expect(await last).toEqual([]);
    expect(await storedRows()).toBe(2 * ROWS + 2);
    expect(ends).toEqual([undefined]);
  });
});
