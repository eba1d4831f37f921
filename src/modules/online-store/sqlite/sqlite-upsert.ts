import { quoteIdentifier, quoteText } from './sqlite-names.js';

/** More rows in one statement are not faster. */
const MAX_FEATURES = 100;

export interface UpsertShape {
  readonly table: string;
  readonly features: readonly string[];
  /** Columns between `value` and the times, in the order of the cells of a feature. */
  readonly extraColumns: readonly string[];
  /** Leaves a stored feature alone that is newer. One whose time is no integer is not: nobody can read it. */
  readonly onlyNewer: boolean;
}

/** A statement that stores some of the features of a row. */
export interface Upsert {
  readonly sql: string;
  readonly firstFeature: number;
  readonly endFeature: number;
}

/** What the parameters of an upsert begin with: key, event time, created time; the cells of its features follow. */
export const HEAD_LENGTH = 3;

/**
 * The statements that store one row of a view.
 *
 * Shape:  parameters: key, event time and created time, then the cells of each feature: value and extra columns.
 *         The number of changes is that of the features that were stored.
 * Source: spec/online-store-sqlite.md, Write.
 */
export function upsertsOf(shape: UpsertShape): Upsert[] {
  const upserts: Upsert[] = [];
  for (let firstFeature = 0; firstFeature < shape.features.length; firstFeature += MAX_FEATURES) {
    const endFeature = Math.min(firstFeature + MAX_FEATURES, shape.features.length);
    upserts.push({ firstFeature, endFeature, sql: upsertText(shape, firstFeature, endFeature) });
  }
  return upserts;
}

function upsertText(shape: UpsertShape, firstFeature: number, endFeature: number): string {
  const table = quoteIdentifier(shape.table);
  const cells = ['value', ...shape.extraColumns];
  const updated = [...cells, 'event_ts', 'created_ts'].map((column) => `${column} = excluded.${column}`);
  // Parameters with a number are named, and to bind any SQLite looks through all names: only the first three have one.
  const parameters = cells.map(() => '?').join(', ');
  const rows = shape.features
    .slice(firstFeature, endFeature)
    .map((feature) => `(?1, ?2, ?3, ${quoteText(feature)}, ${parameters})`);
  const condition = `WHERE typeof(${table}.event_ts) <> 'integer' OR excluded.event_ts >= ${table}.event_ts`;
  return (
    `INSERT INTO ${table} (entity_key, event_ts, created_ts, feature_name, ${cells.join(', ')}) ` +
    `VALUES ${rows.join(', ')} ON CONFLICT(entity_key, feature_name) DO UPDATE SET ${updated.join(', ')}` +
    (shape.onlyNewer ? ` ${condition}` : '')
  );
}

/** The newest event time of these features of a key, NULL when none has one. */
export function newestTimeText(table: string, features: readonly string[]): string {
  return (
    `SELECT max(event_ts) FROM ${quoteIdentifier(table)} WHERE entity_key = ?1 AND typeof(event_ts) = 'integer' ` +
    `AND feature_name IN (${features.map(quoteText).join(', ')})`
  );
}
