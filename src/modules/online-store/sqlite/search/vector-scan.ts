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
  const others = database
    .prepare(
      `SELECT 1 FROM ${table} WHERE feature_name = ?1 AND length(value) > 0 AND (length(value) <> ?2 OR ` +
        `substr(value, 1, 2) <> x'8201') LIMIT 1`,
    )
    .get(view.vector.feature, storedLength(vectorBytes));
  if (others !== undefined) return undefined;
  const statement = database.prepare(
    `SELECT entity_key, d FROM (SELECT entity_key, ${distance}(substr(value, -?3), ?2) AS d, ` +
      `row_number() OVER (ORDER BY rowid) - 1 AS row FROM ${table} WHERE feature_name = ?1 AND length(value) > 0) ` +
      `WHERE d IS NOT NULL ORDER BY d, row / ${CHUNK_ROWS}, row DESC LIMIT ?4`,
  );
  statement.setReturnArrays(true);
  const query = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const rows: unknown = statement.all(view.vector.feature, query, vectorBytes, topK);
  return rows as ScannedRow[];
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
