import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { writeFeastHashes } from '../../../../test/support/feast-redis-hashes.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import {
  failure,
  linesOf,
  PLAN,
  range,
  read,
  rowOf,
  serverFor,
  storeOf,
} from '../../../../test/support/redis-reads.js';
import { ScriptedRedis } from '../../../../test/support/scripted-redis.js';
import { driverKey, errorOf } from '../../../../test/support/stored-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';

describe('reads at once', () => {
  it('never mix, whatever their sizes and deadlines are', async () => {
    const server = await serverFor();
    const count = 3000;
    await writeFeastHashes(server.client, range(count).map(rowOf));
    const store = storeOf(server.connection(), { connections: 2 });
    await read(store, 1);
    let answered = 0;
    const one = async (start: number): Promise<void> => {
      const size = start % 10 === 0 ? 1000 : 1 + (start % 40);
      const ids = range(size).map((index) => (start * 31 + index * 7) % count);
      const { error, sink } = await failure(store, start % 3 === 0 ? 1 + (start % 25) : 20_000, ids);
      if (error === undefined) answered++;
      const all = ids.flatMap((id, row) => linesOf(id, row)).toSorted();
      const outcome = error === undefined ? sink.lines() : error instanceof UnavailableError;
      expect(outcome).toEqual(error === undefined ? all : true);
    };
    for (let round = 0; round < 6; round++) {
      await Promise.all(range(100).map((index) => one(round * 100 + index)));
    }
    expect(answered).toBeGreaterThanOrEqual(400);
    expect(await read(store, 5)).toEqual(linesOf(5));
  });

  it('get a turn beside a huge one', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, [rowOf(7)]);
    const store = storeOf(server.connection());
    await read(store, 7);
    const order: string[] = [];
    const ids = range(100_000);
    const huge = failure(store, 60_000, ids).then(({ error, sink }) => {
      order.push('huge');
      expect(error).toBeUndefined();
      expect(sink.lines()).toEqual(linesOf(7, 7));
    });
    const small = range(5).map(() => read(store, 7).then(() => order.push('small')));
    await Promise.all([huge, ...small]);
    expect(order).toEqual(['small', 'small', 'small', 'small', 'small', 'huge']);
  });
});

describe('what is asked before anything is answered', () => {
  /** `least`: before so much has come, more is to come. */
  const sentBy = async (reads: number, least: number): Promise<number> => {
    let bytes = 0;
    await using server = await ScriptedRedis.start((_socket, _connection, chunk) => {
      bytes += chunk.length;
    });
    const store = storeOf(server.connection());
    const waiting = range(reads).map(() => failure(store, 90_000, range(50_000)));
    // Until nothing more comes.
    const giveUpAt = Date.now() + 60_000;
    for (let before = 0; (bytes <= least || bytes > before) && Date.now() < giveUpAt;) {
      before = bytes;
      await sleep(1000);
    }
    await store.close();
    for (const { error } of await Promise.all(waiting)) expect(error).toBeInstanceOf(UnavailableError);
    return bytes;
  };

  it('is bounded for one read and for all together', async () => {
    const one = await sentBy(1, 100_000);
    expect(one).toBeGreaterThan(100_000);
    expect(one).toBeLessThan(700_000);
    const many = await sentBy(20, one);
    expect(many).toBeGreaterThan(one);
    expect(many).toBeLessThan(4_000_000);
  });
});

describe('a sink that fails', () => {
  it('fails its own read, with its own error', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, range(10).map(rowOf));
    const store = storeOf(server.connection());
    const refusal = new RangeError('too much');
    let cells = 0;
    const sink = new RecordingSink();
    sink.cell = () => {
      if (++cells === 2) throw refusal;
    };
    const reading = errorOf(() => store.read(PLAN, [range(10).map(driverKey)], sink, Deadline.after(5000)));
    const [error, ...others] = await Promise.all([reading, read(store, 3), read(store, 4)]);
    expect(error).toBe(refusal);
    expect(cells).toBe(2);
    expect(others).toEqual([linesOf(3), linesOf(4)]);
  });
});
