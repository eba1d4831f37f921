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
const STORED = { online: 200, offline: 200, online_and_offline: 200 } as const;

let server: PushedServer;

/** Never success; why, and when to try again. */
function expectRefused(answer: Answer, reason: RegExp): void {
  expect(answer).toMatchObject({ status: 503, retryAfter: '1', text: expect.stringMatching(reason) });
  expect(answer.text).not.toContain('    at ');
}

async function expectReads(): Promise<void> {
  expect((await server.stored()).status).toBe(200);
}

async function expectWritten(to: To, status: number = STORED[to]): Promise<void> {
  const answer = await server.pushUntil(status, to);
  expect(answer?.status).toBe(status);
  if (to === 'offline') return;
  // The worker that is asked may not be the one that wrote, and looks again after a while.
  const stored = await within(10_000, async () => {
    const { text } = await server.stored();
    return text.includes(server.lastId) || undefined;
  });
  expect(stored).toBe(true);
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
    }, 120_000);
    afterAll(() => server.stop());

    it('under the online store: 503, reads go on, and writes when there is room', async () => {
      await expectWritten('online');
      server.fill(ONLINE);
      expectRefused(await pushUntilFull('online'), /full/);
      await expectReads();
      expect((await server.push('offline')).status).toBe(200);
      expectRefused(await pushUntilFull('online_and_offline'), /full/);
      server.free(ONLINE);
      await expectWritten('online_and_offline');
    }, 120_000);

    it('under the history: 503, reads and online writes go on', async () => {
      server.fill(ARCHIVE);
      expectRefused(await pushUntilFull('offline'), /full/);
      await expectReads();
      await expectWritten('online');
      expectRefused(await server.push('online_and_offline', 20_000), /full/);
      server.free(ARCHIVE);
      await expectWritten('offline');
      await expectWritten('online_and_offline');
    }, 120_000);
  });

  describe('with a journal', () => {
    beforeAll(async () => {
      server = await PushedServer.start({ store: 'sqlite', batched: true, disks: [JOURNAL, ARCHIVE] });
    }, 120_000);
    afterAll(() => server.stop());

    it('under the journal: 503, reads and online writes go on', async () => {
      await expectWritten('offline', 202);
      server.fill(JOURNAL);
      expectRefused(await pushUntilFull('offline'), /no space left/);
      await expectReads();
      await expectWritten('online');
      server.free(JOURNAL);
      await expectWritten('offline', 202);
      await expectWritten('online_and_offline', 202);
    }, 120_000);

    it('under the history: acknowledged rows wait for room', async () => {
      server.fill(ARCHIVE);
      expect((await server.push('offline', 20_000)).status).toBe(202);
      const id = server.lastId;
      await expectReads();
      // Longer than a batch waits.
      await sleep(2500);
      expect(await archiveIds()).not.toContain(id);
      server.free(ARCHIVE);
      expect(await within(60_000, async () => (await archiveIds()).includes(id) || undefined)).toBe(true);
    }, 120_000);
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
    }, 120_000);
    afterAll(() => server.stop());

    it('of the online store: 503, reads go on, and writes when it is writable', async () => {
      expectRefused(await server.push('online'), /read-?only/i);
      await expectReads();
      server.setReadOnly(ONLINE, false);
      await expectWritten('online');
    }, 120_000);

    it('of the history: 503, and writes when it is writable', async () => {
      expectRefused(await server.push('offline'), /read-?only/i);
      server.setReadOnly(ARCHIVE, false);
      await expectWritten('online_and_offline');
    }, 120_000);
  });

  describe('with a journal', () => {
    beforeAll(async () => {
      const disks = [JOURNAL];
      server = await PushedServer.start({ store: 'sqlite', batched: true, disks, areReadOnly: true });
    }, 120_000);
    afterAll(() => server.stop());

    it('of the journal: 503, reads and online writes go on', async () => {
      expectRefused(await server.push('offline'), /read-?only/i);
      expectRefused(await server.push('online_and_offline'), /read-?only/i);
      await expectReads();
      await expectWritten('online');
      server.setReadOnly(JOURNAL, false);
      await expectWritten('offline', 202);
    }, 120_000);
  });
});

describe('a Redis server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const address = redis.connectionString();
    const salverYaml = 'server:\n  request_timeout_ms: 2000\n';
    server = await PushedServer.start({ store: 'redis', redis: address, batched: false, salverYaml });
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await redis.stop();
  });

  it('that is down, and back', async () => {
    await expectWritten('online');
    await redis.kill();
    expectRefused(await server.push('online'), /Redis|online store/);
    expectRefused(await server.push('online_and_offline'), /Redis|online store/);
    expect((await server.push('offline')).status).toBe(200);
    await redis.restart();
    await expectWritten('online');
    await expectWritten('online_and_offline');
  }, 120_000);

  it('that becomes a replica, which takes no writes, and a master again', async () => {
    await redis.client.replicaof('127.0.0.1', 1);
    expectRefused(await server.push('online'), /replica|read.?only/i);
    await redis.client.replicaof('NO', 'ONE');
    await expectWritten('online');
  }, 120_000);

  it('that hangs', async () => {
    redis.pause();
    try {
      expectRefused(await server.push('online'), /time|Redis/);
    } finally {
      redis.resume();
    }
    await expectWritten('online');
  }, 120_000);
});

describe('a writer process that hangs', () => {
  beforeAll(async () => {
    const salverYaml = 'server:\n  request_timeout_ms: 2000\n  hang_timeout_seconds: 600\n';
    server = await PushedServer.start({ store: 'sqlite', batched: false, salverYaml });
  }, 120_000);
  afterAll(() => server.stop());

  it('longer than a request waits: 503, reads go on, and writes when it goes on', async () => {
    await expectWritten('online_and_offline');
    const writer = await writerOf();
    process.kill(writer, 'SIGSTOP');
    try {
      for (const to of ['online', 'offline', 'online_and_offline'] as const)
        expectRefused(await server.push(to), /time/);
      await expectReads();
    } finally {
      process.kill(writer, 'SIGCONT');
    }
    await expectWritten('online_and_offline');
    expect(isAlive(writer)).toBe(true);
  }, 120_000);
});

async function writerOf(): Promise<number> {
  const isWriter = (pid: number): boolean =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('writer.main');
  const found = await within(30_000, () => childrenOf(childrenOf(server.pid)[0] ?? 0).find(isWriter));
  if (found === undefined) throw new Error('there is no writer');
  return found;
}
