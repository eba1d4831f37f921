import type { DuckDBConnection } from '@duckdb/node-api';
import type { SourceFiles } from '../files/source-files.js';
import type { JoinedRowsScan } from '../offline-store.js';
import { bindTable } from './bound-table.js';
import { ChunkEncoder } from './chunk-encoder.js';
import type { ScanPlan } from './duckdb-scan.js';
import { joinedKeys } from './joined-keys.js';
import { joinedKeyFields, joinedRowsQuery, type JoinPart } from './joined-rows-query.js';
import type { OpenSource } from './open-source.js';
import { countRowsInRange, numbers } from './rows-in-range.js';

/** How the rows of several sources are read and joined; `open[i]` is that of `scan.sources[i]`. */
export function joinedRowsPlan(
  open: readonly OpenSource[],
  scan: JoinedRowsScan,
  signal: AbortSignal,
): ScanPlan {
  return {
    files: allFiles(open),
    batchRows: scan.batchRows,
    requireUnchanged: () => {
      for (const one of open) one.requireUnchanged();
    },
    prepare: async (connection) => {
      const parts = await joinParts(connection, open, scan, signal);
      const keys = joinedKeys(scan.joinKeys, parts);
      const query = joinedRowsQuery(parts, keys, { ...scan, order: scan.order ?? 'key' });
      let rowsRead = 0;
      for (const part of parts) rowsRead += await countRowsInRange(connection, part, scan);
      for (const pick of query.picks) await connection.run(pick);
      const [rowsToStore = 0] = await numbers(connection, query.countEntities);
      return {
        statistics: { rowsRead, rowsToStore },
        encoder: encoderOf(parts, joinedKeyFields(keys), scan.entityKeySerializationVersion),
        fetch: query.fetch,
      };
    },
  };
}

// oxlint-disable-next-line max-params -- a connection, what is read, and who watches
async function joinParts(
  connection: DuckDBConnection,
  open: readonly OpenSource[],
  { sources }: JoinedRowsScan,
  signal: AbortSignal,
): Promise<JoinPart[]> {
  const parts: JoinPart[] = [];
  for (const [at, { joinKeys, keyNames, ttlMs, ...fields }] of sources.entries()) {
    const bound = await bindTable(connection, open[at]!, { ...fields, joinKeys }, signal);
    parts.push({
      ...bound,
      keyNames: joinKeys.map(({ name }) => keyNames.get(name) ?? name),
      ttlMicros: Math.round(ttlMs * 1000),
    });
  }
  return parts;
}

function encoderOf(
  parts: readonly JoinPart[],
  joinKeys: ReturnType<typeof joinedKeyFields>,
  entityKeySerializationVersion: number,
): ChunkEncoder {
  const features = parts.flatMap(({ binding }) => binding.features);
  const labels = parts.flatMap(({ binding, table }) => binding.features.map(() => table.files.label));
  return new ChunkEncoder(
    { ofRows: labelOf(parts.map(({ table }) => table.files)), ofFeatures: labels },
    { createdTime: undefined, joinKeys, features },
    entityKeySerializationVersion,
  );
}

function labelOf(files: readonly SourceFiles[]): string {
  return files.map(({ label }) => label).join(', ');
}

/** For messages about all of them. */
function allFiles(open: readonly OpenSource[]): SourceFiles {
  const all = open.map(({ files }) => files);
  return { label: labelOf(all), files: all.flatMap(({ files }) => files), base: undefined };
}
