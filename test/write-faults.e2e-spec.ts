import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, PushedServer, type To } from './support/pushed-server.js';
import { RedisServer } from './support/redis-server.js';
import { childrenOf, isAlive, within } from './support/salver-process.js';
import { canMount } from './support/small-disks.js';

const ONLINE = 'data/online';
const ARCHIVE = 'data/archive';
const JOURNAL = '.salver-journal';
/** Where what is waited for does not come. */
const IMPATIENT = { SALVER_SERVER_REQUEST_TIMEOUT_MS: '2000' };
const STORED = { online: 200, offline: 200, online_and_offline: 200 } as const;

let server: PushedServer;

/** Why nothing was taken; never success, and always with when to try again. */
function refusalOf({ status, retryAfter, text }: Answer): string {
  const isInOrder = status === 503 && retryAfter === '1' && !text.includes('    at ');
  return isInOrder ? text : `not a refusal in order: ${status}`;
}

async function readStatus(): Promise<number> {
  return (await server.stored()).status;
}

/** In a while; and read by any worker, which may not be the one that wrote, and looks again after a while. */
async function isWritten(to: To, status: number = STORED[to]): Promise<boolean> {
  const answer = await server.pushUntil(status, to);
  if (answer === undefined || to === 'offline') return answer !== undefined;
  const stored = await within(60_000, async () => {
    const { text } = await server.stored();
    return text.includes(server.lastId) || undefined;
  });
  return stored === true;
}

/** Long rows, until the disk is full to the last byte that is needed. */
async function pushUntilFull(to: To): Promise<Answer> {
  for (let pushes = 0; pushes < 200; pushes++) {
    const answer = await server.push(to, 20_000);
    if (answer.status !== 200 && answer.status !== 202) return answer;
  }
  throw new Error('the disk is never full');
}

describe.runIf(canMount)('a disk that is full', () => {
  describe('without a journal', () => {
    beforeAll(async () => {
      server = await PushedServer.start({ store: 'sqlite', batched: false, disks: [ONLINE, ARCHIVE] });
    });
    afterAll(() => server.stop());

    it('under the online store: 503, reads go on, and writes when there is room', async () => {
      expect(await isWritten('online')).toBe(true);
      server.fill(ONLINE);
      expect(refusalOf(await pushUntilFull('online'))).toMatch(/full/);
      expect(await readStatus()).toBe(200);
      expect((await server.push('offline')).status).toBe(200);
      expect(refusalOf(await pushUntilFull('online_and_offline'))).toMatch(/full/);
      server.free(ONLINE);
      expect(await isWritten('online_and_offline')).toBe(true);
    });

    it('under the history: 503, reads and online writes go on', async () => {
      server.fill(ARCHIVE);
      expect(refusalOf(await pushUntilFull('offline'))).toMatch(/full/);
      expect(await readStatus()).toBe(200);
      expect(await isWritten('online')).toBe(true);
      expect(refusalOf(await server.push('online_and_offline', 20_000))).toMatch(/full/);
      server.free(ARCHIVE);
      expect(await isWritten('offline')).toBe(true);
      expect(await isWritten('online_and_offline')).toBe(true);
    });
  });

  describe('with a journal', () => {
    beforeAll(async () => {
      server = await PushedServer.start({ store: 'sqlite', batched: true, disks: [JOURNAL, ARCHIVE] });
    });
    afterAll(() => server.stop());

    it('under the journal: 503, reads and online writes go on', async () => {
      expect(await isWritten('offline', 202)).toBe(true);
      server.fill(JOURNAL);
      expect(refusalOf(await pushUntilFull('offline'))).toMatch(/no space left/);
      expect(await readStatus()).toBe(200);
      expect(await isWritten('online')).toBe(true);
      server.free(JOURNAL);
      expect(await isWritten('offline', 202)).toBe(true);
      expect(await isWritten('online_and_offline', 202)).toBe(true);
    });

    it('under the history: acknowledged rows wait for room', async () => {
      server.fill(ARCHIVE);
      expect((await server.push('offline', 20_000)).status).toBe(202);
      const id = server.lastId;
      expect(await readStatus()).toBe(200);
      // Longer than a batch waits.
      await sleep(2500);
      expect(await archiveIds()).not.toContain(id);
      server.free(ARCHIVE);
      expect(await within(60_000, async () => (await archiveIds()).includes(id) || undefined)).toBe(true);
    });
  });
});

/** Without what ids were lengthened by. */
async function archiveIds(): Promise<string[]> {
  const folder = server.seen(ARCHIVE);
  const names = readdirSync(folder).filter((name) => name.endsWith('.parquet') && !name.startsWith('.'));
  const rows = await Promise.all(
    names.map((name) =>
      parquetReadObjects({ file: new Uint8Array(readFileSync(join(folder, name))).buffer, compressors }),
    ),
  );
  return rows.flat().map((row) => String(row['row_id']).replace(/x+$/, ''));
}

describe.runIf(canMount)('a folder that is read-only', () => {
  describe('without a journal', () => {
    beforeAll(async () => {
      const disks = [ONLINE, ARCHIVE];
      server = await PushedServer.start({ store: 'sqlite', batched: false, disks, areReadOnly: true });
    });
    afterAll(() => server.stop());

    it('of the online store: 503, reads go on, and writes when it is writable', async () => {
      expect(refusalOf(await server.push('online'))).toMatch(/read-?only/i);
      expect(await readStatus()).toBe(200);
      server.setReadOnly(ONLINE, false);
      expect(await isWritten('online')).toBe(true);
    });

    it('of the history: 503, and writes when it is writable', async () => {
      expect(refusalOf(await server.push('offline'))).toMatch(/read-?only/i);
      server.setReadOnly(ARCHIVE, false);
      expect(await isWritten('online_and_offline')).toBe(true);
    });
  });

  describe('with a journal', () => {
    beforeAll(async () => {
      const disks = [JOURNAL];
      server = await PushedServer.start({ store: 'sqlite', batched: true, disks, areReadOnly: true });
    });
    afterAll(() => server.stop());

    it('of the journal: 503, reads and online writes go on', async () => {
      expect(refusalOf(await server.push('offline'))).toMatch(/read-?only/i);
      expect(refusalOf(await server.push('online_and_offline'))).toMatch(/read-?only/i);
      expect(await readStatus()).toBe(200);
      expect(await isWritten('online')).toBe(true);
      server.setReadOnly(JOURNAL, false);
      expect(await isWritten('offline', 202)).toBe(true);
    });
  });
});

describe('a Redis server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const address = redis.connectionString();
    server = await PushedServer.start({ store: 'redis', redis: address, batched: false, env: IMPATIENT });
  });
  afterAll(async () => {
    await server.stop();
    await redis.stop();
  });

  it('that is down, and back', async () => {
    expect(await isWritten('online')).toBe(true);
    await redis.kill();
    expect(refusalOf(await server.push('online'))).toMatch(/Redis|online store/);
    expect(refusalOf(await server.push('online_and_offline'))).toMatch(/Redis|online store/);
    expect((await server.push('offline')).status).toBe(200);
    await redis.restart();
    expect(await isWritten('online')).toBe(true);
    expect(await isWritten('online_and_offline')).toBe(true);
  });

  it('that becomes a replica, which takes no writes, and a master again', async () => {
    await redis.client.replicaof('127.0.0.1', 1);
    expect(refusalOf(await server.push('online'))).toMatch(/replica|read.?only/i);
    await redis.client.replicaof('NO', 'ONE');
    expect(await isWritten('online')).toBe(true);
  });

  it('that hangs', async () => {
    redis.pause();
    try {
      expect(refusalOf(await server.push('online'))).toMatch(/time|Redis/);
    } finally {
      redis.resume();
    }
    expect(await isWritten('online')).toBe(true);
  });
});

describe('a writer process that hangs', () => {
  beforeAll(async () => {
    const env = { ...IMPATIENT, SALVER_SERVER_HANG_TIMEOUT_SECONDS: '600' };
    server = await PushedServer.start({ store: 'sqlite', batched: false, env });
  });
  afterAll(() => server.stop());

  it('longer than a request waits: 503, reads go on, and writes when it goes on', async () => {
    expect(await isWritten('online_and_offline')).toBe(true);
    const writer = await writerOf();
    process.kill(writer, 'SIGSTOP');
    try {
      for (const to of ['online', 'offline', 'online_and_offline'] as const)
        expect(refusalOf(await server.push(to))).toMatch(/time/);
      expect(await readStatus()).toBe(200);
    } finally {
      process.kill(writer, 'SIGCONT');
    }
    expect(await isWritten('online_and_offline')).toBe(true);
    expect(isAlive(writer)).toBe(true);
  });
});

async function writerOf(): Promise<number> {
  const isWriter = (pid: number): boolean =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('writer.main');
  const found = await within(60_000, () => childrenOf(childrenOf(server.pid)[0] ?? 0).find(isWriter));
  if (found === undefined) throw new Error('there is no writer');
  return found;
}
