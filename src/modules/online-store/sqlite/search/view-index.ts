import type { DatabaseSync } from 'node:sqlite';
import type { SearchedView } from '../../document-search.js';
import { valueNumber, valueText } from '../sqlite-cell.codec.js';
import { ChangedDocuments } from './changed-documents.js';
import { DocumentTable } from './document-table.js';
import { FeatureColumn } from './feature-column.js';
import { StoredDocuments } from './stored-documents.js';
import { TextPart } from './text-part.js';
import { VectorPart } from './vector-part.js';
import type { MemoryBudget } from './vector-rows.js';

/** A moment of the file, as far as one view goes. */
export interface IndexVersion {
  /** Another one when anything may have changed. */
  readonly generation: number;
  /** How many changes of single documents were heard of in it. */
  readonly changes: number;
}

/** Something that was read of a table, and when. */
interface Read<T> extends IndexVersion {
  readonly part: T;
}

/** A column has a place for every document that was known when it was read. */
interface ReadColumn extends Read<FeatureColumn> {
  readonly documents: number;
}

const FORGIVEN_DOCUMENTS = 10_000;
/** To read one document again costs as much as to read a few of all of them. */
const COST_OF_ONE = 4;
/** To move all vectors so often costs about as much as to read them. */
const MOVED_SHARE = 10;
const NEVER = -1;

/**
 * What is kept in memory of one view to search it: each part is read when a search first needs it, and again when anything
 * may have changed. Where it is known which documents changed, they alone are read again.
 *
 * Errors: what SQLite throws, CorruptDataError, and what the budget throws.
 */
export class ViewIndex {
  readonly documents = new DocumentTable();
  private readonly stored: StoredDocuments;
  private readonly changed = new ChangedDocuments();
  private vectors: Read<VectorPart> | undefined;
  private texts: Read<TextPart> | undefined;
  private readonly columns = new Map<string, ReadColumn>();

  constructor(
    private readonly view: SearchedView,
    private readonly budget: MemoryBudget,
  ) {
    this.stored = new StoredDocuments(view);
  }

  get bytes(): number {
    const { documents, changed } = this;
    let bytes = documents.bytes + changed.bytes;
    bytes += (this.vectors?.part.bytes ?? 0) + (this.texts?.part.bytes ?? 0);
    for (const { part } of this.columns.values()) bytes += part.bytes;
    return bytes;
  }

  /** Most documents that have a number are gone from the file: it is better to begin anew. */
  get isMostlyOld(): boolean {
    const live = Math.max(this.vectors?.part.size ?? 0, this.texts?.part.size ?? 0);
    return this.documents.size > 2 * live + FORGIVEN_DOCUMENTS;
  }

  /** How many changes of single documents were heard of. */
  get changes(): number {
    return this.changed.heard;
  }

  /** These entities may have changed in the present generation. */
  change(keys: readonly Uint8Array[]): void {
    this.changed.add(keys);
    if (!this.isWorthIt(this.changed.kept)) this.dropOldChanges();
  }

  /** Whether the vectors of this generation are in memory, but for some that are soon read. */
  hasVectors({ generation }: IndexVersion): boolean {
    return this.vectors?.generation === generation;
  }

  /** The vectors as they are in this version of the file. */
  vectorPart(database: DatabaseSync, version: IndexVersion): VectorPart {
    const known = this.vectors;
    if (known && isOf(known, version)) return known.part;
    this.vectors = undefined;
    const part =
      (known && isUpToDateBut(known, version) && this.updatedVectors(database, known)) ||
      this.readVectors(database, known?.part);
    this.vectors = { ...this.now(version), part };
    return part;
  }

  textPart(database: DatabaseSync, version: IndexVersion): TextPart {
    const known = this.texts;
    if (known && isOf(known, version)) return known.part;
    const part = known?.part ?? new TextPart(this.view.textFeatures);
    this.texts = { part, generation: NEVER, changes: 0 };
    const numberOf = (key: Uint8Array): number => this.documents.numberOf(key);
    if (known && isUpToDateBut(known, version)) {
      const keys = this.changed.since(known.changes);
      part.update(this.stored.texts(database, numberOf, keys), this.documents, keys.map(numberOf));
    } else part.update(this.stored.texts(database, numberOf), this.documents);
    this.budget(0);
    this.texts = { ...this.now(version), part };
    return part;
  }

  /** The values of a feature that a filter asks for; all of them missing for a feature of which there is no row. */
  column(database: DatabaseSync, feature: string, version: IndexVersion): FeatureColumn {
    const known = this.columns.get(feature);
    if (known && isOf(known, version) && known.documents === this.documents.size) return known.part;
    this.columns.delete(feature);
    const part =
      (known && isUpToDateBut(known, version) && this.updatedColumn(database, feature, known)) ||
      this.readColumn(database, feature);
    this.columns.set(feature, { ...this.now(version), part, documents: this.documents.size });
    this.budget(0);
    return part;
  }

  /** Columns of features that nobody filters by any more are not kept for a later generation. */
  dropOldColumns({ generation }: IndexVersion): void {
    for (const [feature, column] of this.columns) {
      if (column.generation !== generation) this.columns.delete(feature);
    }
  }

  close(): void {
    this.texts?.part.close();
  }

  /** A part that is far behind is read as a whole when it is needed again; the others need later changes only. */
  private dropOldChanges(): void {
    const isBehind = <T>({ changes }: Read<T>): boolean => !this.isWorthIt(this.changed.heard - changes);
    if (this.vectors && isBehind(this.vectors)) this.vectors = { ...this.vectors, generation: NEVER };
    if (this.texts && isBehind(this.texts)) this.texts = { ...this.texts, generation: NEVER };
    for (const [feature, column] of this.columns) if (isBehind(column)) this.columns.delete(feature);
    const parts = [this.vectors, this.texts, ...this.columns.values()];
    const needed = parts.flatMap((part) => (part && part.generation !== NEVER ? part.changes : []));
    this.changed.drop(Math.min(this.changed.heard, ...needed));
  }

  /** What is read now has all changes that were heard of. */
  private now({ generation }: IndexVersion): IndexVersion {
    return { generation, changes: this.changed.heard };
  }

  private isWorthIt(changes: number): boolean {
    return changes * COST_OF_ONE < this.documents.size + FORGIVEN_DOCUMENTS;
  }

  /** `old`: its memory is used again. */
  private readVectors(database: DatabaseSync, old: VectorPart | undefined): VectorPart {
    const part = old ?? new VectorPart(this.view.vector.length, this.budget);
    part.clear();
    for (const [rowId, key, value] of this.stored.rowsOf(database, this.view.vector.feature)) {
      part.put(this.documents.numberOf(key), rowId, value);
    }
    return part;
  }

  /** Undefined when so many rows have another place that it is faster to read all. */
  private updatedVectors(
    database: DatabaseSync,
    { part, changes }: Read<VectorPart>,
  ): VectorPart | undefined {
    const mostMoved = part.movedRows + MOVED_SHARE * part.size;
    const keys = this.changed.since(changes);
    const gone = new Set(keys.map((key) => this.documents.numberOf(key)));
    for (const [rowId, key, value] of this.stored.rowsOf(database, this.view.vector.feature, keys)) {
      const document = this.documents.numberOf(key);
      gone.delete(document);
      part.put(document, rowId, value);
      if (part.movedRows > mostMoved) return undefined;
    }
    for (const document of gone) {
      part.remove(document);
      if (part.movedRows > mostMoved) return undefined;
    }
    return part;
  }

  private readColumn(database: DatabaseSync, feature: string): FeatureColumn {
    const documents = this.documents.size;
    this.budget(FeatureColumn.bytesFor(documents));
    const part = new FeatureColumn(documents);
    for (const [, key, value] of this.stored.rowsOf(database, feature)) {
      const document = this.documents.find(key);
      if (document !== undefined) part.set(document, valueNumber(value), valueText(value));
    }
    return part;
  }

  /** Undefined when too many documents came since. */
  private updatedColumn(
    database: DatabaseSync,
    feature: string,
    { part, changes, documents }: ReadColumn,
  ): FeatureColumn | undefined {
    const keys = [...this.changed.since(changes)];
    for (const key of keys) this.documents.numberOf(key);
    const { size } = this.documents;
    if (!this.isWorthIt(keys.length + size - documents)) return undefined;
    // Other parts may have met documents that this one did not.
    for (let document = documents; document < size; document++) keys.push(this.documents.keyOf(document));
    this.budget(FeatureColumn.bytesFor(size - documents));
    part.resize(size);
    for (const key of keys) part.clear(this.documents.numberOf(key));
    for (const [, key, value] of this.stored.rowsOf(database, feature, keys)) {
      part.set(this.documents.numberOf(key), valueNumber(value), valueText(value));
    }
    return part;
  }
}

/** But for changes of single documents. */
function isUpToDateBut(known: IndexVersion, { generation }: IndexVersion): boolean {
  return known.generation === generation;
}

function isOf(known: IndexVersion, { generation, changes }: IndexVersion): boolean {
  return known.generation === generation && known.changes >= changes;
}
