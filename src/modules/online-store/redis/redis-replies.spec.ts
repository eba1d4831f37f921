import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeFeastHashes } from '../../../../test/support/feast-redis-hashes.js';
import {
  failure,
  linesOf,
  range,
  read,
  recovered,
  rowOf,
  serverFor,
  storeOf,
} from '../../../../test/support/redis-reads.js';
import { ScriptedRedis, type Script } from '../../../../test/support/scripted-redis.js';
import { driverKey, errorOf } from '../../../../test/support/stored-rows.js';
import { makeTlsCertificates } from '../../../../test/support/tls-certificates.js';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import { RedisProtocolError } from './redis-protocol-error.js';

async function scripted(script: Script, loginReply?: string): Promise<ScriptedRedis> {
  const server = await ScriptedRedis.start(script, loginReply);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

describe('what a server says instead of values', () => {
  it('is corrupt data for a key that holds something else, and for that read only', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, range(10).map(rowOf));
    await server.client.set(Buffer.concat([driverKey(11), Buffer.from('drivers')]), 'text');
    const store = storeOf(server.connection());
    const others = range(10).map((id) => read(store, id));
    const bad = failure(store, 5000, [3, 11, 4]);
    const more = range(10).map((id) => read(store, id));
    expect((await bad).error).toBeInstanceOf(CorruptDataError);
    expect(await Promise.all([...others, ...more])).toEqual(
      [...range(10), ...range(10)].map((id) => linesOf(id)),
    );
  });

  it('is corrupt data for an event time that is none, and for that read only', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, range(3).map(rowOf));
    await server.client.hset(
      Buffer.concat([driverKey(1), Buffer.from('drivers')]),
      '_ts:stats',
      Buffer.from('08ff', 'hex'),
    );
    const store = storeOf(server.connection());
    const [bad, good] = await Promise.all([failure(store, 5000, [0, 1, 2]), read(store, 2)]);
    expect(bad.error).toBeInstanceOf(CorruptDataError);
    expect(good).toEqual(linesOf(2));
  });

  it('is unavailable while it loads its data', async () => {
    const server = await serverFor();
    await writeFeastHashes(server.client, range(2000).map(rowOf));
    await server.client.save();
    const store = storeOf(server.connection());
    await read(store, 7);
    await server.kill();
    const loading = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'];
    await server.restart(...loading);
    await expect.poll(async () => String((await failure(store, 1000)).error)).toContain('still loading');
    expect(String(await errorOf(() => store.ping(Deadline.after(1000))))).toContain('still loading');
    await recovered(store, 20_000);
    expect(await read(store, 7)).toEqual(linesOf(7));
  });

  it.each([
    [{ password: 'right-one' }, 'password=wrong-one', 'refuses the user name and password'],
    [{ password: 'right-one' }, 'username=wrong-name', 'refuses the user name and password'],
    [{ password: 'right-one' }, 'client_name=x', 'asks for a password'],
    [{}, 'password=wrong-one', 'has no password'],
    [{}, 'db=99', 'does not have the database'],
  ])('is unavailable with the reason and no secret: %o, %s', async (options, more, message) => {
    const server = await serverFor(options);
    const store = storeOf({ ...server.connection(more), ...loginOf(more) });
    for (let round = 0; round < 5; round++) {
      const { error, tookMs } = await failure(store, 5000);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(tookMs).toBeLessThan(4500);
      expect(String(error)).toContain(message);
      expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toMatch(/wrong-|right-/);
    }
  });

  it('never shows the password, even when an old server repeats it', async () => {
    const reply = '-ERR unknown command `AUTH`, with args beginning with: `hunter2`,\r\n+OK\r\n';
    const server = await scripted(() => undefined, reply);
    const { error } = await failure(storeOf(server.connection('password=hunter2')), 5000);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).toContain('the login was refused');
    expect(JSON.stringify([error, (error as Error).stack])).not.toContain('hunter2');
  });

  it('is read again when the password is right', async () => {
    const server = await serverFor({ password: 'with: spaces "and" é' });
    await writeFeastHashes(server.client, [rowOf(7)]);
    expect(await read(storeOf(server.connection()), 7)).toEqual(linesOf(7));
    expect(await read(storeOf(server.connection('username=default')), 7)).toEqual(linesOf(7));
  });

  it.each([
    ['no reply', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'RedisProtocolError'],
    ['a reply of another length', '*1\r\n$1\r\na\r\n', 'RedisProtocolError'],
    ['a scalar', '+OK\r\n', 'RedisProtocolError'],
    ['a list for a value', '*2\r\n*1\r\n+a\r\n$-1\r\n', 'RedisProtocolError'],
    ['one reply too many', '*2\r\n$-1\r\n$-1\r\n+OK\r\n', undefined],
  ])('ends the connection when it is %s, and the next one is used', async (_, answer, errorName) => {
    const server = await scripted((socket, connection) => {
      socket.write(connection === 1 ? answer : '*2\r\n$0\r\n\r\n$2\r\n \x07\r\n');
    });
    const store = storeOf(server.connection());
    const { error } = await failure(store, 5000);
    expect((error as Error | undefined)?.name).toBe(errorName);
    await expect.poll(() => server.connections).toBe(2);
    expect(await read(store, 1)).toEqual(['0/0 0=2007', '0/0 @0']);
  });

  it('is unavailable when it is out of step from the start, and is tried again', async () => {
    const server = await scripted(() => undefined, '+OK\r\n+again\r\n');
    const store = storeOf(server.connection());
    expect((await failure(store, 5000)).error).toBeInstanceOf(RedisProtocolError);
    await expect.poll(() => server.connections).toBeGreaterThan(2);
  });

  it('is bounded by the deadline when it never ends', async () => {
    const server = await scripted((socket) => {
      const timer = setInterval(() => socket.write('|1\r\n+a\r\n+b\r\n'.repeat(100)), 1);
      socket.on('close', () => clearInterval(timer));
    });
    const store = storeOf(server.connection('socket_timeout=2'));
    const { error, tookMs } = await failure(store, 200);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(tookMs).toBeLessThan(1500);
    // Bytes come, but not those that are due: the connection is given up, with all that waits behind.
    const second = await failure(store, 20_000);
    expect(second.error).toBeInstanceOf(UnavailableError);
    expect(second.tookMs).toBeLessThan(15_000);
    await expect.poll(() => server.connections, { timeout: 30_000 }).toBe(2);
  });
});

/** `password=…` as options: the server's own password would stand before it in the connection string. */
function loginOf(more: string): Partial<RedisConnectionOptions> {
  const [name, value = ''] = more.split('=');
  if (name === 'password') return { password: value };
  if (name === 'username') return { username: value, password: 'wrong-one' };
  return { password: null };
}

describe('TLS', () => {
  it('is spoken, and a server that cannot prove its name is unavailable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'salver-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const damagedPath = join(folder, 'damaged.pem');
    writeFileSync(damagedPath, 'no certificate');
    const tls = makeTlsCertificates(folder, ['IP:127.0.0.1']);
    const server = await serverFor({ tls, password: 'secret' });
    await writeFeastHashes(server.client, range(3000).map(rowOf));
    const store = storeOf(server.connection());
    expect(await read(store, 7)).toEqual(linesOf(7));
    const ids = range(3000);
    const { error, sink } = await failure(store, 20_000, ids);
    expect(error).toBeUndefined();
    expect(sink.lines()).toEqual(ids.flatMap((id) => linesOf(id, id)).toSorted());

    const { tls: settings, ...plain } = server.connection();
    const untrusting = storeOf({ ...plain, tls: settings && { ...settings, caPath: null } });
    expect(String((await failure(untrusting, 5000)).error)).toContain('certificate that is not accepted');
    const missing = storeOf({ ...plain, tls: settings && { ...settings, caPath: join(folder, 'gone.pem') } });
    expect((await failure(missing, 5000)).error).toBeInstanceOf(UnavailableError);
    const damaged = storeOf({ ...plain, tls: settings && { ...settings, certPath: damagedPath } });
    expect((await failure(damaged, 5000)).error).toBeInstanceOf(UnavailableError);
    const unencrypted = await failure(storeOf({ ...plain, tls: null }), 5000);
    expect(unencrypted.error).toBeInstanceOf(UnavailableError);
    expect(unencrypted.tookMs).toBeLessThan(4500);
  });
});
