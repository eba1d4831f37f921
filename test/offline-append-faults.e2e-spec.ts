import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CompiledModules } from './support/compiled-modules.js';
import { ParquetFolder } from './support/parquet-files.js';
import { CHECKOUT } from './support/servers.js';

const FACTORY = 'src/modules/offline-store/offline-store-writer-factory.ts';
const APPENDER = join(CHECKOUT, 'test/support/offline-appender.mjs');
const KILLS = 15;
const MERGES = 200;
const LONGEST_LIFE_MS = 400;

const folder = new ParquetFolder();
let modules: CompiledModules;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  modules = await CompiledModules.compile([FACTORY]);
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  modules.remove();
  folder.remove();
});

/** Three rows of text that cannot be compressed: about 300 kB. */
async function source(file: string): Promise<string> {
  await folder.write(
    file,
    `SELECT -i - 1 AS id, string_agg(md5(random()::TEXT), '') AS name, [i, NULL] AS list
       FROM range(3) t(i), range(3000) GROUP BY i`,
  );
  return join(folder.path, file);
}

function appender(uri: string, first: number, last: number): ChildProcess & { readonly said: string[] } {
  const child = spawn(
    process.execPath,
    [APPENDER, modules.pathOf(FACTORY), folder.path, uri, `${first}`, `${last}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    said.push(...lines);
  });
  return Object.assign(child, { said });
}

/** The file as it is at one instant. */
async function rowsOf(file: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: new Uint8Array(readFileSync(file)).buffer });
}

/** What two readers find, which must be the same. */
async function ids(pattern: string, files: readonly string[]): Promise<number[]> {
  const result = await connection.runAndReadAll(
    `SELECT id FROM read_parquet('${pattern}') WHERE id >= 0 ORDER BY id`,
  );
  const theirs = result.getRowsJson().map(([id]) => Number(id));
  const ours: number[] = [];
  for (const file of files) {
    for (const { id } of await rowsOf(file)) ours.push(Number(id));
  }
  expect(ours.filter((id) => id >= 0).sort((a, b) => a - b)).toEqual(theirs);
  return theirs;
}

/** Kills writers at random moments; each next one begins with the entry that was not acknowledged. Gives the last one. */
async function killWriters(uri: string): Promise<number> {
  let stored = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = appender(uri, stored + 1, 100_000);
    const ended = once(child, 'close');
    // The process takes a while until its first entry.
    for (const startMs = performance.now(); child.said.length === 0 && performance.now() - startMs < 10_000;)
      await sleep(2);
    await sleep(Math.random() * LONGEST_LIFE_MS * Math.random());
    child.kill('SIGKILL');
    await ended;
    expect(child.said.filter((line) => !/^\d+$/.test(line))).toEqual([]);
    stored = Number(child.said.at(-1) ?? stored);
  }
  return stored;
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1);
}

describe('a writer that is killed at any moment', () => {
  it('leaves a file whole, with every acknowledged row once', async () => {
    const file = await source('killed/rows.parquet');
    const stored = await killWriters('killed/rows.parquet');
    const found = await ids(file, [file]);
    // One more may have been stored before it could be said.
    expect([upTo(stored), upTo(stored + 1)]).toContainEqual(found);
    const last = appender('killed/rows.parquet', stored + 1, stored + 1);
    await once(last, 'close');
    expect(await ids(file, [file])).toEqual(upTo(stored + 1));
    expect(readdirSync(join(folder.path, 'killed')).filter((name) => name.endsWith('tmp'))).toEqual([]);
  });

  it('leaves a directory whole, with every acknowledged row once', async () => {
    await source('parts/a.parquet');
    const stored = await killWriters('parts');
    const last = appender('parts', stored + 1, stored + 1);
    await once(last, 'close');
    const place = join(folder.path, 'parts');
    const names = readdirSync(place).filter((name) => name.endsWith('.parquet'));
    expect(
      await ids(
        `${place}/*.parquet`,
        names.map((name) => join(place, name)),
      ),
    ).toEqual(upTo(stored + 1));
    expect(readdirSync(place).filter((name) => name.endsWith('tmp'))).toEqual([]);
  });
});

describe('readers', () => {
  it(`see a whole file during ${MERGES} merges`, async () => {
    const file = await source('read/rows.parquet');
    const child = appender('read/rows.parquet', 1, MERGES);
    let isOver = false;
    const ended = once(child, 'close').then(() => (isOver = true));
    const counts: number[] = [];
    while (!isOver) {
      counts.push((await rowsOf(file)).length);
      // DuckDB opens a file by its name more than once, and fails when it is replaced in between, whoever does it: it
      // gets a second name of the file of this instant.
      const instant = join(folder.path, `instant-${counts.length}.parquet`);
      linkInstant(file, instant);
      const result = await connection.runAndReadAll(
        `SELECT count(*), count(name), sum(list[1]) FROM '${instant}'`,
      );
      counts.push(Number(result.getRowsJson()[0]![0]));
      unlinkSync(instant);
    }
    await ended;
    expect(child.said).toEqual(upTo(MERGES).map(String));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBeGreaterThan(5);
    expect(await ids(file, [file])).toEqual(upTo(MERGES));
  });
});

/** A file system of its own for the process, as users of a machine may make them. */
function mounted(options: string, file: string): string[] {
  const inner = `"$0" "$1" "$2" "$3" "$4" 1 100000`;
  return [
    '-rm',
    'sh',
    '-c',
    `mount -t tmpfs -o size=590k none "$3/small" && cp "$3/${file}" "$3/small/rows.parquet" && ` +
      `${options} ${inner}; cp "$3/small/rows.parquet" "$3/after.parquet"; ls -A "$3/small"`,
    process.execPath,
    APPENDER,
    modules.pathOf(FACTORY),
    folder.path,
    'small/rows.parquet',
  ];
}

const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

describe.runIf(canMount)('a file system', () => {
  it.each([
    ['that is full', '', 'the disk is full'],
    ['that is read-only', 'mount -o remount,ro "$3/small";', /read-only/],
  ])(
    '%s: a clear answer, the file as it was, nothing left',
    { timeout: 60_000 },
    async (_, options, reason) => {
      const file = await source('small.parquet');
      rmSync(join(folder.path, 'small'), { recursive: true, force: true });
      mkdirSync(join(folder.path, 'small'));
      const { stdout } = spawnSync('unshare', mounted(options, 'small.parquet'), {
        encoding: 'utf8',
        timeout: 30_000,
      });
      const lines = stdout.trim().split('\n');
      const failed = lines.find((line) => line.startsWith('failed'));
      expect(failed).toMatch(/^failed: UnavailableError: /);
      expect(failed).toMatch(reason);
      const stored = lines.filter((line) => /^\d+$/.test(line)).length;
      expect(await ids(join(folder.path, 'after.parquet'), [join(folder.path, 'after.parquet')])).toEqual(
        upTo(stored),
      );
      const isSame = readFileSync(join(folder.path, 'after.parquet')).equals(readFileSync(file));
      expect(isSame).toBe(stored === 0);
      expect(lines.filter((line) => line.endsWith('tmp'))).toEqual([]);
    },
  );
});

/** The system refuses to link a file that was replaced between finding and linking it, as one that is not there. */
function linkInstant(file: string, instant: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      linkSync(file, instant);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 100) throw error;
    }
  }
}
