import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ValueType } from '../../../../common/model/value.js';
import type { SearchedView } from '../../document-search.js';
import { valueText } from '../sqlite-cell.codec.js';
import { quoteIdentifier, tableName } from '../sqlite-names.js';
import type { DocumentTexts } from './text-part.js';

/** A row of one feature. */
export type FeatureRow = readonly [rowId: number, key: Uint8Array, value: Uint8Array];

type TextRow = readonly [rowId: number, key: Uint8Array, feature: string, value: Uint8Array];

/**
 * Reads what indexes are made of from the table of a view, in the order of its rows: of all entities, or of some.
 *
 * Errors: what SQLite throws, CorruptDataError.
 */
export class StoredDocuments {
  private readonly table: string;

  constructor(private readonly view: SearchedView) {
    this.table = quoteIdentifier(tableName(view.project, view.viewName, view.version));
  }

  *rowsOf(database: DatabaseSync, feature: string, keys?: Iterable<Uint8Array>): Generator<FeatureRow> {
    const columns = 'rowid, entity_key, value';
    const condition = 'feature_name = ? AND value IS NOT NULL';
    yield* this.rows<FeatureRow>(database, { columns, condition, parameters: [feature], keys });
  }

  /** By document; those without texts are not among them. `numberOf` says which document a key is. */
  texts(
    database: DatabaseSync,
    numberOf: (key: Uint8Array) => number,
    keys?: Iterable<Uint8Array>,
  ): ReadonlyMap<number, DocumentTexts> {
    const { textFeatures } = this.view;
    const columns = 'rowid, entity_key, feature_name, value';
    const condition = `value IS NOT NULL AND feature_name IN (${textFeatures.map(() => '?').join(', ')})`;
    const rows = this.rows<TextRow>(database, { columns, condition, parameters: textFeatures, keys });
    const stored = new Map<number, { row: number; texts: (string | null)[] }>();
    for (const [row, key, feature, value] of rows) {
      const document = numberOf(key);
      const at = textFeatures.indexOf(feature);
      const known = stored.get(document);
      const entry = known ?? { row, texts: textFeatures.map(() => null) };
      if (known === undefined) stored.set(document, entry);
      if (at === 0) entry.row = row;
      entry.texts[at] = isText(value) ? valueText(value) : null;
    }
    return stored;
  }

  private *rows<Row>(
    database: DatabaseSync,
    {
      columns,
      condition,
      parameters,
      keys,
    }: {
      readonly columns: string;
      readonly condition: string;
      readonly parameters: readonly string[];
      readonly keys: Iterable<Uint8Array> | undefined;
    },
  ): Generator<Row> {
    const one = keys === undefined ? '' : ' AND entity_key = ?';
    const statement: StatementSync = database.prepare(
      `SELECT ${columns} FROM ${this.table} WHERE ${condition}${one} ORDER BY rowid`,
    );
    statement.setReturnArrays(true);
    if (keys === undefined) {
      const rows: Iterable<unknown> = statement.iterate(...parameters);
      yield* rows as Iterable<Row>;
      return;
    }
    for (const key of keys) {
      const rows: unknown = statement.all(...parameters, key);
      yield* rows as Row[];
    }
  }
}

const STRING_TAG = (ValueType.STRING << 3) | 2;

function isText(value: Uint8Array): boolean {
  return value[0] === STRING_TAG;
}
