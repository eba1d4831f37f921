import type { DatabaseSync } from 'node:sqlite';
import { ValueType } from '../../../../common/model/value.js';
import type { SearchedView } from '../../document-search.js';
import { valueNumber, valueText } from '../sqlite-cell.codec.js';
import { quoteIdentifier, tableName } from '../sqlite-names.js';
import { DocumentTable } from './document-table.js';
import { FeatureColumn } from './feature-column.js';
import { type DocumentTexts, TextPart } from './text-part.js';
import { type MemoryBudget, VectorPart } from './vector-part.js';

/** Something that was read of a table, and in which generation of the file. */
interface Read<T> {
  readonly part: T;
  readonly generation: number;
}

/** A column has a place for every document that was known when it was read. */
interface ReadColumn extends Read<FeatureColumn> {
  readonly documents: number;
}

/**
 * What is kept in memory of one view to search it: each part is read when a search first needs it, and again when the
 * file has changed. Documents keep their numbers meanwhile, so that texts that did not change stay indexed.
 *
 * Errors: what SQLite throws, CorruptDataError, and what the budget throws.
 */
export class ViewIndex {
  readonly documents = new DocumentTable();
  private readonly table: string;
  private vectors: Read<VectorPart> | undefined;
  private texts: Read<TextPart> | undefined;
  private readonly columns = new Map<string, ReadColumn>();

  constructor(
    private readonly view: SearchedView,
    private readonly budget: MemoryBudget,
  ) {
    this.table = quoteIdentifier(tableName(view.project, view.viewName, view.version));
  }

  get bytes(): number {
    let bytes = this.documents.bytes + (this.vectors?.part.bytes ?? 0) + (this.texts?.part.bytes ?? 0);
    for (const { part } of this.columns.values()) bytes += part.bytes;
    return bytes;
  }

  /** Most documents that have a number are gone from the file: it is better to begin anew. */
  get isMostlyOld(): boolean {
    const live = Math.max(this.vectors?.part.size ?? 0, this.texts?.part.size ?? 0);
    return this.documents.size > 2 * live + FORGIVEN_DOCUMENTS;
  }

  /** Whether the vectors of this generation are in memory. */
  hasVectors(generation: number): boolean {
    return this.vectors?.generation === generation;
  }

  /** The vectors as they are in this generation of the file. */
  vectorPart(database: DatabaseSync, generation: number): VectorPart {
    if (this.vectors?.generation === generation) return this.vectors.part;
    this.vectors = undefined;
    const part = new VectorPart(this.view.vector.length, this.budget);
    const { feature } = this.view.vector;
    for (const [key, value] of this.rowsOf(database, feature)) {
      part.add(this.documents.numberOf(key), value);
    }
    this.vectors = { part, generation };
    return part;
  }

  textPart(database: DatabaseSync, generation: number): TextPart {
    if (this.texts?.generation === generation) return this.texts.part;
    const part = this.texts?.part ?? new TextPart(this.view.textFeatures);
    this.texts = { part, generation: -1 };
    part.update(this.storedTexts(database), this.documents);
    this.budget(0);
    this.texts = { part, generation };
    return part;
  }

  /** The values of a feature that a filter asks for; all of them missing for a feature of which there is no row. */
  column(database: DatabaseSync, feature: string, generation: number): FeatureColumn {
    const known = this.columns.get(feature);
    const documents = this.documents.size;
    if (known?.generation === generation && known.documents === documents) return known.part;
    this.columns.delete(feature);
    this.budget(FeatureColumn.bytesFor(documents));
    const part = new FeatureColumn(documents);
    for (const [key, value] of this.rowsOf(database, feature)) {
      const document = this.documents.find(key);
      if (document !== undefined) part.set(document, valueNumber(value), valueText(value));
    }
    this.columns.set(feature, { part, generation, documents });
    this.budget(0);
    return part;
  }

  /** Columns of features that nobody filters by any more are not kept for a later generation. */
  dropOldColumns(generation: number): void {
    for (const [feature, column] of this.columns) {
      if (column.generation !== generation) this.columns.delete(feature);
    }
  }

  close(): void {
    this.texts?.part.close();
  }

  private *rowsOf(database: DatabaseSync, feature: string): Generator<readonly [Uint8Array, Uint8Array]> {
    const statement = database.prepare(
      `SELECT entity_key, value FROM ${this.table} WHERE feature_name = ? AND value IS NOT NULL ORDER BY rowid`,
    );
    statement.setReturnArrays(true);
    const rows: Iterable<unknown> = statement.iterate(feature);
    yield* rows as Iterable<readonly [Uint8Array, Uint8Array]>;
  }

  private storedTexts(database: DatabaseSync): ReadonlyMap<number, DocumentTexts> {
    const { textFeatures } = this.view;
    const stored = new Map<number, { row: number; texts: (string | null)[] }>();
    const statement = database.prepare(
      `SELECT rowid, entity_key, feature_name, value FROM ${this.table} WHERE value IS NOT NULL AND feature_name IN ` +
        `(${textFeatures.map(() => '?').join(', ')}) ORDER BY rowid`,
    );
    statement.setReturnArrays(true);
    const rows: Iterable<unknown> = statement.iterate(...textFeatures);
    for (const [row, key, feature, value] of rows as Iterable<[number, Uint8Array, string, Uint8Array]>) {
      const document = this.documents.numberOf(key);
      const at = textFeatures.indexOf(feature);
      const known = stored.get(document);
      const entry = known ?? { row, texts: textFeatures.map(() => null) };
      if (known === undefined) stored.set(document, entry);
      if (at === 0) entry.row = row;
      entry.texts[at] = isText(value) ? valueText(value) : null;
    }
    return stored;
  }
}

const FORGIVEN_DOCUMENTS = 10_000;
const STRING_TAG = (ValueType.STRING << 3) | 2;

function isText(value: Uint8Array): boolean {
  return value[0] === STRING_TAG;
}
