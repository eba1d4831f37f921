import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { runSeed, SeededRandom } from '../../../../test/support/random.js';
import { driverKey, readLines, readPlan } from '../../../../test/support/stored-rows.js';
import { T1, SECOND, tripsHex } from '../../../../test/support/trip-rows.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

const PROGRAM = 'test/support/sqlite-write-process.ts';
let modules: CompiledModules;
let folder = '';
let path = '';
let children: ChildProcess[] = [];

beforeAll(async () => {
  modules = await CompiledModules.compile([PROGRAM]);
});
afterAll(() => modules.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-write-processes-'));
  path = join(folder, 'online.db');
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true });
});

function start(verb: 'shuffle' | 'stream', ...numbers: readonly number[]): ChildProcess {
  const args = ['--no-warnings', modules.pathOf(PROGRAM), verb, path, ...numbers.map(String)];
  const child = spawn(process.execPath, args, {
    env: { TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

describe('writers in several processes', () => {
  const PROCESSES = 3;
  const ROUNDS = 50;
  const DRIVERS = 4;
  const TIMES = 6;

  it(`leave the newest row of each key, whole, in ${ROUNDS} orders`, async () => {
    const seed = runSeed();
    const codes = await Promise.all(
      Array.from({ length: PROCESSES }, async (_, index) => {
        const child = start('shuffle', seed + index * ROUNDS, ROUNDS, DRIVERS, TIMES);
        const [code] = (await once(child, 'exit')) as [number];
        return code;
      }),
    );
    expect(codes).toEqual([0, 0, 0]);
    const store = new SqliteOnlineStore({ path });
    const keys = Array.from({ length: DRIVERS }, (_, driver) => driverKey(driver));
    const newest = TIMES - 1;
    const expected = keys.flatMap((_, driver) => [
      `0/${driver} 0=${tripsHex(newest)}`,
      `0/${driver} 1=${tripsHex(newest)}`,
      `0/${driver} @${T1 + newest * SECOND}`,
    ]);
    for (let round = 0; round < ROUNDS; round++) {
      const plan = readPlan('p', { viewName: `round${round}`, features: ['a', 'b'] });
      expect(await readLines(store, plan, [keys]), `seed ${seed}, round ${round}`).toEqual(expected);
    }
    await store.close();
  });
});

describe('a writer that is killed', () => {
  const ROWS = 500;
  const KILLS = 8;

  it('leaves whole batches, and all that it has acknowledged', async () => {
    const random = new SeededRandom(runSeed());
    let last = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = start('stream', ROWS, last + 1);
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
      await once(child.stdout!, 'data');
      await sleep(random.integer(0, 60));
      child.kill('SIGKILL');
      await once(child, 'close');
      const acknowledged = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
      expect(acknowledged).toBeGreaterThan(last);
      const database = new DatabaseSync(path);
      expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      const states = database
        .prepare(
          'SELECT count(*) AS rows, count(DISTINCT entity_key) AS keys, event_ts - ? AS time FROM p_stats',
        )
        .all(T1 / SECOND);
      const times = database.prepare('SELECT DISTINCT event_ts FROM p_stats').all();
      const values = database.prepare('SELECT DISTINCT hex(value) AS value FROM p_stats').all();
      database.close();
      expect(times).toHaveLength(1);
      expect(states).toEqual([{ rows: 2 * ROWS, keys: ROWS, time: expect.any(Number) }]);
      const time = Number(states[0]?.['time']);
      expect(values).toEqual([{ value: tripsHex(time).toUpperCase() }]);
      // What was stored last may not have been acknowledged yet.
      expect(time).toBeGreaterThanOrEqual(acknowledged);
      last = time;
    }
  });
});
