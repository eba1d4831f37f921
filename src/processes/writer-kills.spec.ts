import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CompiledModules } from '../../test/support/compiled-modules.js';
import { runSeed, SeededRandom } from '../../test/support/random.js';
import { driverKey, int64Value } from '../../test/support/stored-rows.js';
import { SECOND, T1 } from '../../test/support/trip-rows.js';
import { WriterRepo } from '../../test/support/writer-repo.js';
import { WriterProcess } from './writer-process.js';

const ENTRY = 'src/processes/writer.main.ts';
const THREAD = 'src/processes/offline-thread.main.ts';
const CLIENT = 'test/support/channel-write-process.ts';
const KILLS = 12;
const CLIENTS = 3;
const CONCURRENCY = 8;
const DRIVERS = 40;

let modules: CompiledModules;
const repo = new WriterRepo();

beforeAll(async () => {
  modules = await CompiledModules.compile([ENTRY, THREAD, CLIENT]);
});
afterAll(() => {
  modules.remove();
  repo.remove();
});

/** What a client process was told. */
class Client {
  readonly stored = new Map<number, number>();
  readonly failures: string[] = [];
  acknowledged = 0;
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private rest = '';

  constructor(address: string, seed: number) {
    const args = [modules.pathOf(CLIENT), address, repo.path, seed, DRIVERS, CONCURRENCY].map(String);
    this.child = spawn(process.execPath, ['--no-warnings', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (chunk: Buffer) => this.hear(chunk.toString('latin1')));
    this.closed = once(this.child, 'close');
  }

  async end(): Promise<void> {
    this.child.stdin?.end();
    await this.closed;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const [driver, time] = line.split(' ').map(Number) as [number, number];
      if (Number.isNaN(driver)) this.failures.push(line);
      else {
        this.acknowledged++;
        this.stored.set(driver, Math.max(this.stored.get(driver) ?? 0, time));
      }
    }
  }
}

it(`stores all that it acknowledges, whole and the newest, however often it is killed (${KILLS} times)`, async () => {
  const seed = runSeed();
  const random = new SeededRandom(seed);
  const ends: (string | undefined)[] = [];
  const events = {
    onReady: vi.fn<() => void>(),
    onMetrics: () => undefined,
    onEnded: (reason: string | undefined) => ends.push(reason),
  };
  const writer = new WriterProcess(
    repo.configuration(),
    events,
    pino({ level: 'silent' }),
    modules.pathOf(ENTRY),
  );
  writer.start();
  const clients = Array.from(
    { length: CLIENTS },
    (_, index) => new Client(writer.address as string, seed + index),
  );
  try {
    const acknowledged = (): number => clients.reduce((sum, client) => sum + client.acknowledged, 0);
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = acknowledged();
      // Each writer has stored something before it ends.
      await vi.waitFor(() => expect(acknowledged()).toBeGreaterThan(before + 10), {
        timeout: 60_000,
        interval: 5,
      });
      await sleep(random.integer(0, 60));
      process.kill(writer.pid as number, 'SIGKILL');
      await vi.waitFor(() => expect(ends).toHaveLength(kill), { timeout: 60_000, interval: 5 });
    }
    await Promise.all(clients.map((client) => client.end()));
    await writer.stop(5000);
  } finally {
    for (const client of clients) client.kill();
    writer.kill();
  }
  expect(ends).toEqual([...Array.from({ length: KILLS }, () => 'killed'), undefined]);
  expect(clients.flatMap(({ failures }) => failures)).toEqual([]);
  const newest = new Map<number, number>();
  for (const [driver, time] of clients.flatMap(({ stored }) => [...stored])) {
    newest.set(driver, Math.max(newest.get(driver) ?? 0, time));
  }
  const database = new DatabaseSync(repo.path);
  const rows = database.prepare(
    'SELECT feature_name AS feature, hex(value) AS value, event_ts AS time FROM p_stats WHERE entity_key = ?',
  );
  // Every client waited for its answers: what was not acknowledged was not sent.
  for (const [driver, time] of newest) {
    const value = Buffer.from(int64Value(time)).toString('hex').toUpperCase();
    expect(rows.all(driverKey(driver)), `seed ${seed}, driver ${driver}`).toEqual(
      ['a', 'b'].map((feature) => ({ feature, value, time: T1 / SECOND + time })),
    );
  }
  database.close();
});
