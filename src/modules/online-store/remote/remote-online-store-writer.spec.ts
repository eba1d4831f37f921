import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { soon, T1, tripBatch } from '../../../../test/support/trip-rows.js';
import { driverKey, int64Value } from '../../../../test/support/stored-rows.js';
import { PackedCells } from '../../../common/codec/packed-cells.js';
import { createChannelAddress, removeChannelAddress } from '../../../common/channel/channel-address.js';
import { ChannelClient } from '../../../common/channel/channel-client.js';
import { ChannelServer } from '../../../common/channel/channel-server.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';
import { createServingOnlineStoreWriter } from '../online-store-writer-factory.js';
import { describeOnlineStoreWriterContract } from '../online-store-writer.contract.js';
import { SqliteOnlineStore } from '../sqlite/sqlite-online-store.js';
import { SqliteOnlineStoreWriter } from '../sqlite/sqlite-online-store-writer.js';
import { ONLINE_WRITE } from './online-write.method.js';
import { packBatch, unpackBatch } from './packed-batch.codec.js';
import { RemoteOnlineStoreWriter } from './remote-online-store-writer.js';

const LIMIT = 1 << 26;
const folder = mkdtempSync(join(tmpdir(), 'salver-remote-writer-'));
const path = join(folder, 'online.db');
const sqlite = {
  type: 'sqlite',
  path,
  writtenPath: path,
  vectorEnabled: false,
  similarity: null,
  textSearchEnabled: false,
  enableOpenaiCompatibleStore: false,
} as const;
const address = createChannelAddress();
const server = new ChannelServer({ maxWaitingBytes: LIMIT });
const there = new SqliteOnlineStoreWriter({ ...sqlite, journalMode: 'keep' });
const channel = new ChannelClient(address, { maxWaitingBytes: LIMIT });
const settings = { sqlite: { journalMode: 'keep' } } as const;

describeOnlineStoreWriterContract('SQLite through a channel', {
  setUp: async () => {
    server.handle(ONLINE_WRITE, (batch, deadline) => there.write(unpackBatch(batch), deadline));
    await server.listen(address);
  },
  tearDown: async () => {
    channel.close();
    await server.close(soon());
    await there.close();
    removeChannelAddress(address);
    rmSync(folder, { recursive: true });
  },
  openWriter: async () => createServingOnlineStoreWriter({ onlineStore: sqlite }, settings, channel),
  openReader: async () => new SqliteOnlineStore({ path }),
  winnerOfEqualTimes: 'last',
});

describe('the writer of a serving process', () => {
  it('is remote for an embedded store and a process that has a channel', () => {
    const writer = createServingOnlineStoreWriter({ onlineStore: sqlite }, settings, channel);
    expect(writer).toBeInstanceOf(RemoteOnlineStoreWriter);
    expect(writer.isFasterInKeyOrder).toBe(there.isFasterInKeyOrder);
    expect(writer.rowsPerBatch(10)).toBe(there.rowsPerBatch(10));
  });

  it('is its own otherwise', async () => {
    const alone = createServingOnlineStoreWriter({ onlineStore: sqlite }, settings, undefined);
    expect(alone).toBeInstanceOf(SqliteOnlineStoreWriter);
    const redis = {
      type: 'redis',
      redisType: 'redis',
      sentinelMaster: 'mymaster',
      connectionString: 'localhost:1',
      keyTtlSeconds: null,
      fullScanForDeletion: false,
      skipDedup: false,
    } as const;
    const direct = createServingOnlineStoreWriter({ onlineStore: redis }, settings, channel);
    expect(direct).not.toBeInstanceOf(RemoteOnlineStoreWriter);
    await direct.close();
  });
});

describe('a packed batch', () => {
  const plain = ({ values, keys, ...rest }: WriteBatch): unknown => ({
    ...rest,
    keys: keys.map((key) => Buffer.from(key).toString('hex')),
    values: values.map((column) =>
      Array.from({ length: column.length }, (_, row) => Buffer.from(column.at(row) ?? []).toString('hex')),
    ),
  });
  const three = {
    features: ['a', 'b'],
    keys: [1, 2, 1].map(driverKey),
    values: [
      [int64Value(1), new Uint8Array(), int64Value(300)],
      // What a job hands over, and a part of it.
      new PackedCells(Uint8Array.from([9, 32, 1, 32, 2, 9]), Uint32Array.from([0, 1, 3, 3, 5])).slice(1, 4),
    ],
    eventTimesMicros: [T1, T1 + 1, -62_135_596_800_000_000],
  };

  it.each<[string, Partial<WriteBatch>]>([
    ['several rows and features', three],
    ['created times, some of them missing', { ...three, createdTimesMicros: [T1, undefined, 0] }],
    ['a version, a length of vectors, the other policy', { version: 3, vectorLength: 4, policy: 'last' }],
    ['no rows', { keys: [], values: [[]], eventTimesMicros: [] }],
    ['no features', { features: [], values: [] }],
  ])('comes back as it was: %s', (_, changes) => {
    const batch = tripBatch([{ trips: 1, micros: T1 }], changes);
    expect(plain(unpackBatch(structuredClone(packBatch(batch))))).toEqual(plain(batch));
  });
});
