import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { feastVenv } from '../support/feast-venv.ts';
import { RedisServer } from '../support/redis-server.ts';
import type { RunningServer } from '../support/server-process.ts';
import { startFeast, startSalver } from '../support/servers.ts';
import { pythonScript, runPython } from './shop-repo.ts';

type Columns = Readonly<Record<string, readonly unknown[]>>;

interface Push {
  readonly to: 'online' | 'offline' | 'online_and_offline';
  readonly df: Columns;
  readonly source?: string;
}

/** What `read_pushed.py` prints of a repo. */
interface ReadRepo {
  readonly online: Readonly<
    Record<string, { readonly values: readonly string[]; readonly times: readonly string[] }>
  >;
  readonly historical: readonly string[];
  readonly file: readonly string[];
  readonly rows: number;
}

/** Text that pandas turns into binary, and times as the file has them: the online store takes neither from Feast. */
const OFFLINE_ONLY = {
  f_bytes: ['abc', null, 'ü'],
  f_ts: ['2026-01-01T00:00:00Z', null, '1969-12-31T23:59:59Z'],
};
const NOTHING = [null, null, null];

function rows(items: readonly number[], day: number, more: Columns): Columns {
  const at = (hour: number) => items.map((_, row) => `2026-02-${10 + day}T${10 + hour + row}:00:00Z`);
  return {
    item_id: items,
    event_timestamp: at(0),
    created: at(1),
    f_string: ['héllo ✓', null, ''],
    f_int32: [-5, 6, 2 ** 31 - 1],
    f_int64: [day, -1, 2 ** 53 - 1],
    f_double: [0.1, null, 1e22],
    f_float: [0.1, 2.5, null],
    f_bool: [true, false, true],
    f_json: ['{"a": [1, 2.50, null]}', null, '"text"'],
    f_map: ['{"k": "v", "ü": "ß"}', null, '{}'],
    f_uuid: ['123e4567-e89b-12d3-a456-426614174000', null, '00000000-0000-0000-0000-000000000000'],
    f_decimal: ['1.10', null, '-99999999999999999999.5'],
    f_bytes: NOTHING,
    f_ts: NOTHING,
    ...more,
  };
}

const LISTS: Columns = {
  item_id: [1, 2],
  event_timestamp: ['2026-02-01T00:00:00Z', '2026-02-01T01:00:00+02:00'],
  l_string: [['a', 'ß'], null],
  l_int32: [[1, -1], [2]],
  l_int64: [[2 ** 53 - 1], [2]],
  l_double: [[0.1, 1e22], null],
  l_float: [[0.5, 0.1], [1.5]],
  l_bool: [[true, false], [true]],
  l_ts: [[1767225600], [0, 1]],
};

const PUSHES: readonly Push[] = [
  { to: 'online', df: rows([2, 3, 4], 0, { f_ts: [1767225600, null, -1] }) },
  { to: 'offline', df: rows([2, 3, 5], 1, OFFLINE_ONLY) },
  { to: 'online_and_offline', df: rows([4, 5, 6], 2, {}) },
  { to: 'online_and_offline', df: rows([2, 7, 8], 3, {}) },
  { to: 'offline', df: rows([1, 2, 9], 4, OFFLINE_ONLY) },
  { to: 'online', df: LISTS, source: 'pushed_lists' },
];
const ROWS_FOR_THE_FILE = 12;
const FEATURES = 12 + 2 + 7;
const ASKED = {
  items: [1, 2, 3, 4, 5, 6, 7, 8, 9, 99],
  times: ['2026-02-11T12:00:00Z', '2026-03-01T00:00:00Z'],
};
/** Feast appends when so many rows wait, and what is left when it ends: its interval never fires. */
const BATCHED = `feature_server:
  offline_push_batching_enabled: true
  offline_push_batching_batch_size: 5
  offline_push_batching_batch_interval_seconds: 60
`;

const CASES = [
  { name: 'sqlite', title: 'SQLite and a file', batched: false },
  { name: 'redis', title: 'Redis and, batched, a file', batched: true },
] as const;
const SERVERS = ['feast', 'salver'] as const;

let folder: string;
const redis: RedisServer[] = [];
/** By the name of the repo, which is that of the case and of the server. */
const read = new Map<string, ReadRepo>();
const statuses = new Map<string, readonly number[]>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salver-pushes-'));
  const made = join(folder, 'made');
  await runPython(feastVenv(), [pythonScript('make_push_repo.py'), made]);
  const repos = CASES.flatMap((each) => SERVERS.map((server) => ({ ...each, server })));
  await Promise.all(repos.map((each) => pushThrough(each, made)));
  const names = [...statuses.keys()];
  const args = [pythonScript('read_pushed.py'), ...names.map((name) => join(folder, name))];
  const printed = await runPython(feastVenv(), args, 'UTC', JSON.stringify(ASKED));
  const answers = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as ReadRepo[];
  answers.forEach((answer, index) => read.set(names[index]!, answer));
});
afterAll(async () => {
  await Promise.all(redis.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

describe.each(CASES)('pushes into $title', ({ name, batched }) => {
  const both = <T>(of: ReadonlyMap<string, T>) => SERVERS.map((server) => of.get(`${name}-${server}`)!);

  it('are taken by both', () => {
    const [feast, salver] = both(statuses);
    const queued = (push: Push) => batched && push.to !== 'online';
    expect(salver).toEqual(PUSHES.map((push) => (queued(push) ? 202 : 200)));
    expect(feast).toEqual(salver);
  });

  it('are read online by Feast as what it would have written', () => {
    const [feast, salver] = both(read);
    expect(salver!.online).toEqual(feast!.online);
    expect(Object.keys(salver!.online)).toHaveLength(FEATURES + 1);
    expect(new Set(salver!.online['every_type__f_int64']?.values).size).toBeGreaterThan(4);
  });

  it('are read offline by Feast as what it would have written, and each row is there once', () => {
    const [feast, salver] = both(read);
    expect(salver!.historical).toEqual(feast!.historical);
    expect(salver!.file).toEqual(feast!.file);
    expect(salver!.rows).toBe(1 + ROWS_FOR_THE_FILE);
    expect(salver!.historical.filter((row) => row.includes('héllo'))).not.toEqual([]);
  });
});

interface Case {
  readonly name: 'sqlite' | 'redis';
  readonly batched: boolean;
  readonly server: 'feast' | 'salver';
}

/** Pushes all through one server on a copy of the repo, and ends it: that appends what still waits. */
async function pushThrough({ name, batched, server }: Case, made: string): Promise<void> {
  const repo = join(folder, `${name}-${server}`);
  cpSync(made, repo, { recursive: true });
  const yaml = join(repo, 'feature_store.yaml');
  let text = readFileSync(yaml, 'utf8') + (batched ? BATCHED : '');
  if (name === 'redis') {
    const store = await RedisServer.start();
    redis.push(store);
    const block = `online_store:\n  type: redis\n  connection_string: ${store.connectionString()}\n`;
    text = text.replace(/online_store:\n(  .*\n)+/, block);
  }
  writeFileSync(yaml, text);
  const options = { repo, logFile: `${repo}.log` };
  const running = await (server === 'feast' ? startFeast(feastVenv().feast, options) : startSalver(options));
  try {
    statuses.set(`${name}-${server}`, await pushAll(running));
  } finally {
    await running.stop();
  }
}

async function pushAll({ baseUrl }: RunningServer): Promise<number[]> {
  const statuses: number[] = [];
  for (const { to, df, source = 'pushed' } of PUSHES) {
    const body = JSON.stringify({ push_source_name: source, df, to });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${baseUrl}/push`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    statuses.push(answer.status);
  }
  return statuses;
}
