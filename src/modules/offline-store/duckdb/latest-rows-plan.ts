import type { LatestRowsScan } from '../offline-store.js';
import { bindTable } from './bound-table.js';
import { ChunkEncoder } from './chunk-encoder.js';
import type { ScanPlan } from './duckdb-scan.js';
import { latestRowsQuery } from './latest-rows-query.js';
import type { OpenSource } from './open-source.js';
import { countRowsInRange, numbers } from './rows-in-range.js';

/** How the newest rows of one source are read. */
export function latestRowsPlan(open: OpenSource, scan: LatestRowsScan, signal: AbortSignal): ScanPlan {
  return {
    files: open.files,
    batchRows: scan.batchRows,
    requireUnchanged: () => open.requireUnchanged(),
    prepare: async (connection) => {
      const bound = await bindTable(connection, open, scan, signal);
      const query = latestRowsQuery(bound.table.from, bound.binding, { ...scan, order: scan.order ?? 'key' });
      const rowsRead = await countRowsInRange(connection, bound, scan);
      await connection.run(query.pick);
      const [rowsToStore = 0] = await numbers(connection, query.countPicked);
      return {
        statistics: { rowsRead, rowsToStore },
        encoder: new ChunkEncoder(
          { ofRows: open.files.label, ofFeatures: [] },
          bound.binding,
          scan.entityKeySerializationVersion,
        ),
        fetch: query.fetch,
      };
    },
  };
}
