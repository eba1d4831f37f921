import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST_ROWS, HISTORIES, makeFaultsRepo, removeRepo } from './faults/faults-repo.js';
import { childrenOf, isAlive, salver, SalverProcess, within } from './support/salver-process.js';

const READY_LIMIT_MS = 180_000;
const DRAIN_LIMIT_MS = 180_000;
const CLIENTS = 8;
/** So many pushes are acknowledged before the first crash. */
const ACKNOWLEDGED = 150;
/** In the journal, and nowhere else, at the second one. */
const WAITING = 6;

let repo: string;
let server: SalverProcess | undefined;

beforeEach(async () => {
  repo = await makeFaultsRepo({ store: 'sqlite', batched: true });
});
afterEach(() => {
  killAll();
  removeRepo(repo);
});

async function start(): Promise<string> {
  server = new SalverProcess(['-c', repo, 'serve', '--port', '0', '--workers', '2', '--no-access-log']);
  const url = await server.url();
  const isReady = async () => ((await fetch(`${url}/health/ready`)).ok ? true : undefined);
  expect(await within(READY_LIMIT_MS, isReady)).toBe(true);
  return url;
}

/** SIGKILL to every process of the server. */
function killAll(): void {
  if (server === undefined) return;
  const tree = [server.pid];
  for (const pid of tree) tree.push(...childrenOf(pid));
  for (const pid of tree) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

async function crash(): Promise<void> {
  killAll();
  await server?.ended;
  server = undefined;
}

/** Whether it is acknowledged; false when the server is gone. */
async function push(url: string, pushSource: string, row: string): Promise<boolean> {
  const df = {
    sensor_id: [7, 8],
    row_id: [`${row}/a`, `${row}/b`],
    reading: [0.5, 1],
    event_timestamp: ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  };
  const body = JSON.stringify({ push_source_name: pushSource, df, to: 'offline' });
  try {
    const answer = await fetch(`${url}/push`, { method: 'POST', body });
    expect([answer.status, await answer.text()]).toMatchObject([202, expect.anything()]);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** How often each row is in a history. */
async function rowsOf({ path }: (typeof HISTORIES)[number]): Promise<ReadonlyMap<string, number>> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const files = join(repo, path.endsWith('.parquet') ? path : `${path}/*.parquet`);
  const result = await connection.runAndReadAll(
    `SELECT row_id, count(*)::INTEGER FROM read_parquet('${files}') GROUP BY row_id`,
  );
  const rows = result.getRows() as [string, number][];
  connection.closeSync();
  instance.closeSync();
  return new Map(rows);
}

async function status(): Promise<Readonly<Record<string, unknown>>> {
  const { code, output } = await salver(['-c', repo, 'journal', 'status', '--output', 'json']);
  expect({ code, output }).toMatchObject({ code: 0 });
  return JSON.parse(output) as Record<string, unknown>;
}

async function drained(): Promise<Readonly<Record<string, unknown>>> {
  const last = await within(DRAIN_LIMIT_MS, async () => {
    const now = await status();
    return now['entries_waiting'] === 0 ? now : undefined;
  });
  if (last === undefined) throw new Error(`the journal is not empty:\n${server?.output}`);
  return last;
}

/** A source of which the team dropped a column while no server ran. */
async function dropColumn(path: string, column: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const [old, changed] = [join(repo, path), join(repo, 'changed')];
  await connection.run(
    `COPY (SELECT * EXCLUDE (${column}) FROM read_parquet('${old}')) TO '${changed}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  renameSync(changed, old);
}

function batchNothing(): void {
  const path = join(repo, 'feature_store.yaml');
  const text = readFileSync(path, 'utf8')
    .replace(/(batch_size): \d+/, '$1: 1000000')
    .replace(/(interval_seconds): \d+/, '$1: 600');
  writeFileSync(path, text);
}

describe('batched offline pushes', () => {
  it('are all there, once, after every process was killed; or are dead letters', async () => {
    const acknowledged: string[] = [];
    const url = await start();
    let isOver = false;
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let n = 0; !isOver; n++) {
        const { pushSource } = HISTORIES[n % HISTORIES.length]!;
        const row = `${pushSource}-${client}-${n}`;
        if (!(await push(url, pushSource, row))) return;
        acknowledged.push(row);
      }
    });
    expect(await within(60_000, () => (acknowledged.length > ACKNOWLEDGED ? true : undefined))).toBe(true);
    await crash();
    isOver = true;
    await Promise.all(clients);

    batchNothing();
    const second = await start();
    await drained();
    for (const history of HISTORIES) {
      const rows = await rowsOf(history);
      expect([...rows.values()].every((count) => count === 1)).toBe(true);
      const mine = acknowledged.filter((row) => row.startsWith(history.pushSource));
      expect(mine.length).toBeGreaterThan(0);
      expect(mine.filter((row) => !rows.has(`${row}/a`) || !rows.has(`${row}/b`))).toEqual([]);
    }

    for (let n = 0; n < WAITING; n++) {
      for (const { pushSource } of HISTORIES) {
        expect(await push(second, pushSource, `waiting-${n}`)).toBe(true);
      }
    }
    expect(await status()).toMatchObject({ entries_waiting: 2 * WAITING, dead_letters: 0 });
    await crash();
    await dropColumn('data/readings.parquet', 'reading');
    await start();
    expect(await drained()).toMatchObject({ dead_letters: WAITING });
    expect(server?.output).toContain('offline pushes were put aside');
    const letters = await salver(['-c', repo, 'journal', 'dead-letters', '--output', 'json']);
    expect(JSON.parse(letters.output)).toMatchObject(
      Array.from({ length: WAITING }, () => ({
        reason: expect.stringContaining("extra_unexpected_columns: ['reading']"),
      })),
    );
    const [readings, archive] = await Promise.all(HISTORIES.map(rowsOf));
    const ofWaiting = (rows: ReadonlyMap<string, number> | undefined) =>
      [...(rows ?? [])].filter(([row]) => row.startsWith('waiting-')).map(([, count]) => count);
    expect(ofWaiting(readings)).toEqual([]);
    expect(ofWaiting(archive)).toEqual(Array.from({ length: 2 * WAITING }, () => 1));
    expect(readings?.size).toBeGreaterThan(FIRST_ROWS);
  }, 240_000);
});

describe('a source that pushes cannot be stored in', () => {
  it('is told at start, and keeps nothing else back', async () => {
    rmSync(join(repo, 'data/archive'), { recursive: true });
    await start();
    const said = await server?.printed(
      /.*"pushSource":"archive_push","source":"archive_folder","reason":"data\/archive: there is no such file.*/,
    );
    expect(said).toContain('offline pushes cannot be stored in this source as it is');
    expect(server?.output).not.toContain('"pushSource":"readings_push"');
  });
});
