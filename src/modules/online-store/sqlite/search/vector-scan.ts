import type { DatabaseSync } from 'node:sqlite';
import type { DocumentQuery } from '../../document-search.js';
import { CHUNK_ROWS } from './vector-part.js';
import { quoteIdentifier, tableName } from '../sqlite-names.js';

/** A key and how far its vector is. */
export type ScannedRow = readonly [key: Uint8Array, distance: number];

const FUNCTIONS: Readonly<Partial<Record<DocumentQuery['metric'], string>>> = {
  l2: 'vec_distance_L2',
  cosine: 'vec_distance_cosine',
};

const FLOAT_BYTES = 4;

/**
 * The nearest vectors by sqlite-vec, straight from the file: for one query that is faster than to build an index first.
 * Undefined where it cannot give the answer that the index gives: a metric that it does not have, or stored values of
 * another form than the usual one.
 *
 * Errors: what SQLite throws.
 */
export function scanVectors(
  database: DatabaseSync,
  { view, vector, metric, topK }: DocumentQuery & { readonly vector: Float32Array },
): readonly ScannedRow[] | undefined {
  const distance = FUNCTIONS[metric];
  if (distance === undefined) return undefined;
  const table = quoteIdentifier(tableName(view.project, view.viewName, view.version));
  const vectorBytes = FLOAT_BYTES * view.vector.length;
  // Values of another form come first, so that one of them in the answer tells that there are some.
  const statement = database.prepare(
    `SELECT entity_key, d, other FROM (SELECT entity_key, other, row_number() OVER (ORDER BY r) - 1 AS row, ` +
      `CASE WHEN other = 0 THEN ${distance}(substr(value, -?3), ?2) END AS d FROM (SELECT rowid AS r, entity_key, value, ` +
      `length(value) <> ?5 OR substr(value, 1, 2) <> x'8201' AS other FROM ${table} ` +
      `WHERE feature_name = ?1 AND length(value) > 0)) WHERE other = 1 OR d IS NOT NULL ` +
      `ORDER BY other DESC, d, row / ${CHUNK_ROWS}, row DESC LIMIT max(1, ?4)`,
  );
  statement.setReturnArrays(true);
  const query = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const rows: unknown = statement.all(
    view.vector.feature,
    query,
    vectorBytes,
    topK,
    storedLength(vectorBytes),
  );
  const found = rows as (readonly [key: Uint8Array, distance: number, other: number])[];
  if (found[0]?.[2] === 1) return undefined;
  return found.slice(0, topK).map(([key, rowDistance]) => [key, rowDistance]);
}

/** Bytes of a Value that holds one packed list of floats: a tag of two bytes, a length, a tag, a length, the numbers. */
function storedLength(vectorBytes: number): number {
  const list = 1 + varintLength(vectorBytes) + vectorBytes;
  return 2 + varintLength(list) + list;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) length++;
  return length;
}
