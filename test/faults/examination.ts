import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

import { LOOPBACK } from '../support/server-process.ts';
import { FIRST_ROW_PREFIX, FIRST_ROWS, HISTORIES, type History } from './faults-repo.ts';
import { SENSORS } from './push-client.ts';
import type { Recorder, SentRow } from './recorder.ts';

/** What is in the stores against what was acknowledged: each line is something that must not be. */
export async function examineOnline(recorder: Recorder, port: number): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const history of HISTORIES) {
    const answer = await fetch(`http://${LOOPBACK}:${port}/get-online-features`, {
      method: 'POST',
      // The server must not wait for an idle connection when it is told to end.
      headers: { connection: 'close' },
      body: JSON.stringify({
        features: [`${history.view}:row_id`],
        entities: { sensor_id: Array.from({ length: SENSORS }, (_, index) => index + 1) },
      }),
    });
    if (!answer.ok) throw new Error(`the read answered ${answer.status}: ${await answer.text()}`);
    const { results } = (await answer.json()) as { results: { values: (string | number | null)[] }[] };
    const stored = (results[1]?.values ?? []) as (string | null)[];
    const rows = [...(recorder.sent.get(history.view)?.values() ?? [])];
    stored.forEach((id, index) => problems.push(...onlineProblems(history, index + 1, id, rows)));
  }
  return problems;
}

function onlineProblems(
  { view }: History,
  sensor: number,
  id: string | null,
  rows: readonly SentRow[],
): string[] {
  const own = rows.filter((row) => row.sensor === sensor);
  const newest = own.filter(({ online }) => online).toSorted((a, b) => b.second - a.second)[0];
  if (newest === undefined && id === null) return [];
  const found = own.find((row) => row.id === id);
  if (found?.to === 'offline') return [`${view}, sensor ${sensor}: ${id} is stored, but was not sent there`];
  if (found === undefined)
    return [`${view}, sensor ${sensor}: ${id} is stored, acknowledged was ${newest?.id}`];
  if (newest === undefined || found.second >= newest.second) return [];
  return [`${view}, sensor ${sensor}: ${id} is stored, the newer ${newest.id} was acknowledged`];
}

/** Each row that was acknowledged once, each other row that was sent at most once, and all rows of the beginning. */
export async function examineOffline(recorder: Recorder, repo: string): Promise<readonly string[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const problems: string[] = [];
  for (const { view, path } of HISTORIES) {
    const file = path.endsWith('.parquet') ? join(repo, path) : join(repo, path, '*.parquet');
    const reader = await connection.runAndReadAll(
      `SELECT row_id, count(*)::INTEGER AS times FROM read_parquet('${file}') GROUP BY row_id`,
    );
    const times = new Map(reader.getRows().map(([id, count]) => [String(id), Number(count)]));
    const sent = recorder.sent.get(view) ?? new Map<string, SentRow>();
    problems.push(...historyProblems(times, sent).map((problem) => `${view}: ${problem}`));
  }
  connection.closeSync();
  instance.closeSync();
  return problems;
}

function historyProblems(
  times: ReadonlyMap<string, number>,
  sent: ReadonlyMap<string, SentRow>,
): readonly string[] {
  const isFirst = (id: string): boolean => id.startsWith(FIRST_ROW_PREFIX);
  const problems = [...sent.values()].flatMap(({ id, to, offline }) => {
    const found = times.get(id) ?? 0;
    if (to === 'online' && found > 0) return [`${id} is there, but was not sent there`];
    if (offline && found !== 1) return [`${id} was acknowledged and is there ${found} times`];
    return found > 1 ? [`${id} is there ${found} times`] : [];
  });
  const first = [...times.keys()].filter(isFirst).length;
  if (first !== FIRST_ROWS) problems.push(`of ${FIRST_ROWS} old rows ${first} are there`);
  const strangers = [...times.keys()].filter((id) => !isFirst(id) && !sent.has(id));
  return [...problems, ...strangers.map((id) => `nobody sent ${id}`)];
}
