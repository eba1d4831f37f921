import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { writeFeastHashes } from '../../../../test/support/feast-redis-hashes.js';
import {
  failure,
  linesOf,
  PLAN,
  range,
  read,
  recovered,
  rowOf,
  serverFor,
  storeOf,
} from '../../../../test/support/redis-reads.js';
import { driverKey, readLines } from '../../../../test/support/stored-rows.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { RedisOnlineStore } from './redis-online-store.js';

describe('a server that is killed', () => {
  it('in the middle of a read fails it quickly, and is used again when it is back', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, range(2000).map(rowOf));
    const store = storeOf(server.connection());
    await read(store, 1);
    // So many entities take seconds: the sink has got some of them when the server dies.
    const reading = failure(
      store,
      60_000,
      range(400_000).map((id) => id % 2000),
    );
    await expect.poll(async () => server.client.info('commandstats')).toMatch(/cmdstat_hmget:calls=\d{4,}/);
    await server.kill();
    const killedAtMs = performance.now();
    const { error } = await reading;
    expect(error).toBeInstanceOf(UnavailableError);
    expect(performance.now() - killedAtMs).toBeLessThan(10_000);
    expect((await failure(store, 5000)).error).toBeInstanceOf(UnavailableError);

    await server.restart();
    await recovered(store);
    await writeFeastHashes(server.client, [rowOf(7)]);
    expect(await read(store, 7)).toEqual(linesOf(7));
  });

  it('is not waited for between attempts', async () => {
    const server = await serverFor();
    await server.kill();
    const store = storeOf(server.connection());
    const { error } = await failure(store, 5000);
    expect(String(error)).toContain('cannot be reached (ECONNREFUSED)');
    const startMs = performance.now();
    for (let round = 0; round < 50; round++) {
      expect((await failure(store, 5000)).error).toBeInstanceOf(UnavailableError);
    }
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  it('is not noticed when it only closes an idle connection', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, [rowOf(7)]);
    const store = storeOf(server.connection());
    for (let round = 0; round < 5; round++) {
      expect(await read(store, 7)).toEqual(linesOf(7));
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await sleep(20);
    }
  });
});

describe('a server that stops answering', () => {
  it('is unavailable by the deadline, and late replies reach nobody', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, range(100).map(rowOf));
    const store = storeOf(server.connection());
    await read(store, 1);
    server.pause();
    const failures = await Promise.all(
      range(60).map((id) => failure(store, 100 + 5 * (id % 20), [id, id + 1])),
    );
    for (const { error, tookMs, sink } of failures) {
      expect(error).toBeInstanceOf(UnavailableError);
      expect(tookMs).toBeGreaterThan(95);
      expect(tookMs).toBeLessThan(3000);
      expect(sink.lines()).toEqual([]);
    }
    // These are sent while the replies to the others are still due.
    const later = range(60).map((id) => read(store, 99 - id));
    server.resume();
    expect(await Promise.all(later)).toEqual(range(60).map((id) => linesOf(99 - id)));
    for (const { sink } of failures) expect(sink.lines()).toEqual([]);
  });

  it('for long is given up, and found again', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, [rowOf(7)]);
    const store = storeOf(server.connection('socket_timeout=0.3', 'socket_connect_timeout=0.3'));
    await read(store, 7);
    server.pause();
    expect((await failure(store, 100)).error).toBeInstanceOf(UnavailableError);
    const { error, tookMs } = await failure(store, 20_000);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(tookMs).toBeLessThan(10_000);
    await sleep(500);
    server.resume();
    await recovered(store);
    expect(await read(store, 7)).toEqual(linesOf(7));
  });

  it('while it is connected to costs no more than the deadline', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, [rowOf(7)]);
    server.pause();
    const store = storeOf(server.connection());
    const { error, tookMs } = await failure(store, 150);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(tookMs).toBeLessThan(3000);
    server.resume();
    expect(await read(store, 7)).toEqual(linesOf(7));
    // What nobody waited for any more was never sent.
    expect(await server.client.info('commandstats')).toContain('cmdstat_hmget:calls=1,');
  });

  it('gets commands whole and in order when it goes on, however many were waiting', async () => {
    const server = await serverFor();
    const longKey = (id: number): Uint8Array => Buffer.concat([driverKey(id), Buffer.alloc(4096, id)]);
    const ids = range(4000);
    await writeFeastHashes(
      server.client,
      ids.map((id) => ({ ...rowOf(id), entityKey: longKey(id) })),
    );
    const store = storeOf(server.connection());
    await read(store, 1);
    server.pause();
    // More than the buffers of the system hold, in portions that are small for a socket.
    const reads = range(400).map((index) =>
      readLines(store, PLAN, [ids.slice(10 * index, 10 * index + 10).map(longKey)]),
    );
    await sleep(300);
    server.resume();
    const found = await Promise.all(reads);
    found.forEach((lines, index) =>
      expect(lines).toEqual(
        range(10)
          .flatMap((row) => linesOf(10 * index + row, row))
          .toSorted(),
      ),
    );
  });

  it('is noticed by the heartbeat, without any read', async () => {
    const server = await serverFor();
    const store = storeOf(server.connection('socket_timeout=0.2'), { heartbeatMs: 100 });
    await store.ping(Deadline.after(5000));
    const pings = async (): Promise<number> =>
      Number(/cmdstat_ping:calls=(\d+)/.exec(await server.client.info('commandstats'))?.[1] ?? 0);
    await expect.poll(pings, { timeout: 60_000 }).toBeGreaterThan(3);
    const received = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(await server.client.info('stats'))?.[1]);
    const before = await received();
    server.pause();
    await sleep(800);
    server.resume();
    await expect.poll(received, { timeout: 60_000 }).toBeGreaterThan(before);
  });
});

describe('a store that is closed', () => {
  it('fails what waits', async () => {
    const server = await serverFor();
    const store = storeOf(server.connection());
    await store.ping(Deadline.after(5000));
    server.pause();
    const reading = failure(store, 60_000);
    const opening = new RedisOnlineStore({ connection: server.connection() });
    const waiting = failure(opening, 60_000);
    await Promise.all([store.close(), opening.close()]);
    expect(String((await reading).error)).toContain('is closed');
    expect(String((await waiting).error)).toContain('is closed');
    server.resume();
  });
});
