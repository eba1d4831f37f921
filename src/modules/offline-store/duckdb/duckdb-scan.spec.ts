import { afterAll, describe, expect, it } from 'vitest';
import { field } from '../../../../test/support/offline-sources.js';
import type { ScanStatistics } from '../offline-store.js';
import { ChunkEncoder } from './chunk-encoder.js';
import { scanRows, type ScanPlan } from './duckdb-scan.js';
import { DuckdbSession } from './duckdb-session.js';

const ROWS = 500_000;
const rooms = [64, 128].map((mebibytes) => ({ memoryLimitBytes: mebibytes * 2 ** 20, threads: 1 }));
const session = new DuckdbSession({ rooms });
afterAll(() => session.close());

/** A scan that fails when most rows were handed on, at so many of its attempts. */
function planThatFails(attempts: number): ScanPlan {
  const joinKeys = [
    {
      field: field('id', 'INT64'),
      column: {
        name: 'id',
        sql: 'id',
        storedType: 'BIGINT',
        sourceType: { kind: 'integer', bits: 64, signed: true },
        valueType: undefined,
        isPartition: false,
        isTimestamp: false,
      },
    },
  ] as const;
  let left = attempts;
  return {
    files: { label: 'rows.parquet', files: [], base: undefined },
    batchRows: 1000,
    requireUnchanged: () => undefined,
    prepare: () => {
      const failsAt = left-- > 0 ? ROWS - 10_000 : -1;
      return Promise.resolve({
        statistics: { rowsRead: ROWS, rowsToStore: ROWS },
        encoder: new ChunkEncoder(
          { ofRows: 'rows.parquet', ofFeatures: [] },
          { createdTime: undefined, joinKeys, features: [] },
          3,
        ),
        fetch: `SELECT 0::DOUBLE, NULL::DOUBLE, CASE WHEN i = ${failsAt} THEN error('no memory') ELSE i END FROM range(${ROWS}) t(i)`,
      });
    },
  };
}

async function scan(plan: ScanPlan) {
  const begun: ScanStatistics[] = [];
  let rows = 0;
  const onStatistics = (statistics: ScanStatistics): void => {
    begun.push(statistics);
    rows = 0;
  };
  const watch = { signal: new AbortController().signal, onStatistics };
  const failure = await (async () => {
    for await (const { keys } of scanRows(session, plan, watch)) rows += keys.length;
    return undefined;
  })().catch((error: Error) => error.message);
  return { rows, begun: begun.length, failure };
}

/* DuckDB does not say so when a result ends because of a failure. */
describe('a scan that fails when rows were handed on', () => {
  it('begins anew in more room, with all rows', async () => {
    expect(await scan(planThatFails(1))).toEqual({ rows: ROWS, begun: 2, failure: undefined });
  });

  it('is told when there is no more room: it is never taken for whole', async () => {
    const { rows, begun, failure } = await scan(planThatFails(2));
    expect([begun, rows > 0, rows < ROWS]).toEqual([2, true, true]);
    expect(failure).toMatch(
      /^rows.parquet: only \d+ of 500000 rows could be read: there is too little memory/,
    );
  });
});
