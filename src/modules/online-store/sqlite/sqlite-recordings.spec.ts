import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../../test/support/stored-rows.js';
import type { ReadPlan } from '../../../common/model/read-plan.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

const REPOS = 'test/fixtures/conformance/repos';

/** A table of `dumps/online_store.sqlite.json`; indexes are listed too, and have no rows. */
interface DumpedTable {
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly (string | number | null | { readonly b64: string })[])[];
}

interface DumpedRow {
  readonly eventTime: number;
  readonly values: Map<string, string>;
}

const hexOf = (cell: unknown): string =>
  Buffer.from((cell as { b64: string } | null)?.b64 ?? '', 'base64').toString('hex');

/** Rows by entity key in hexadecimal; all features of a recorded row have one event time. */
function rowsOf({ columns = [], rows = [] }: DumpedTable): Map<string, DumpedRow> {
  const found = new Map<string, DumpedRow>();
  for (const cells of rows) {
    const cell = (column: string) => cells[columns.indexOf(column)] ?? null;
    const key = hexOf(cell('entity_key'));
    const eventTime = cell('event_ts') as number;
    const row = found.get(key) ?? { eventTime, values: new Map<string, string>() };
    if (row.eventTime !== eventTime) throw new Error(`two event times in one row: ${key}`);
    row.values.set(cell('feature_name') as string, hexOf(cell('value')));
    found.set(key, row);
  }
  return found;
}

describe.each([
  ['drivers-sqlite', 'drivers', 53],
  ['alltypes-sqlite', 'alltypes', 20],
  ['odfv-sqlite', 'odfv', 8],
  ['permissions-oidc', 'perms', 30],
])('the store that Feast filled for %s', (repo, project, rowCount) => {
  const dump = JSON.parse(
    readFileSync(join(REPOS, repo, 'dumps/online_store.sqlite.json'), 'utf8'),
  ) as Record<string, DumpedTable>;
  const tables = Object.entries(dump)
    .filter(([, table]) => table.rows)
    .map(([name, table]) => ({ viewName: name.slice(project.length + 1), rows: rowsOf(table) }));

  it('is read as it was dumped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'salver-recorded-'));
    const path = join(folder, 'online_store.db');
    cpSync(join(REPOS, repo, 'data/online_store.db'), path);
    const plan: ReadPlan = {
      project,
      views: tables.map(({ viewName, rows }) => ({
        viewName,
        version: 0,
        features: [...new Set([...rows.values()].flatMap(({ values }) => [...values.keys()]))].toSorted(),
      })),
    };
    const keys = tables.map(({ rows }) => [...rows.keys()].map((hex) => Buffer.from(hex, 'hex')));
    const store = new SqliteOnlineStore({ path });
    const found = await readLines(store, plan, keys);
    await store.close();
    rmSync(folder, { recursive: true });

    const expected = tables.flatMap(({ rows }, view) =>
      [...rows.values()].flatMap(({ eventTime, values }, row) => [
        `${view}/${row} @${eventTime * 1_000_000}`,
        ...[...values].map(
          ([name, hex]) => `${view}/${row} ${plan.views[view]?.features.indexOf(name)}=${hex}`,
        ),
      ]),
    );
    expect(found).toEqual(expected.toSorted());
    expect(found.filter((line) => line.includes('@'))).toHaveLength(rowCount);
  });
});
