import { hash } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { bestRows } from './best-rows.js';
import type { DocumentTable } from './document-table.js';
import { textExpressions } from './text-query.js';
import type { RankedRow } from './vector-part.js';

/** The texts of one document as they are stored now. */
export interface DocumentTexts {
  /** Of the row with the first text: Feast indexes its number, too. */
  readonly row: number;
  /** By feature; null where there is none. */
  readonly texts: readonly (string | null)[];
}

type Match = readonly [rowid: number, rank: number];

const ALL = -1;
/** So many that are as good as the last one are looked at before all are. */
const EQUAL_MATCHES = 100;

/** What is indexed of a document. */
interface Indexed {
  readonly digest: string;
  readonly row: number;
}

/**
 * The texts of a view in an FTS5 index of its own, in memory. Ranks are those that Feast's first search on a file has:
 * entity key and row number are indexed, too, because they count for the length of a document. They are not searched.
 *
 * Source: spec/vectors.md part 6; the recordings.
 */
export class TextPart {
  private readonly database = new DatabaseSync(':memory:');
  private readonly columns: ReadonlyMap<string, string>;
  private readonly indexed = new Map<number, Indexed>();
  private readonly insert: StatementSync;
  private readonly remove: StatementSync;
  private readonly matchBest: StatementSync;

  constructor(features: readonly string[]) {
    this.columns = new Map(features.map((feature, at) => [feature, `t${at}`]));
    const names = ['entity_key', 'row_number', ...this.columns.values()];
    // With a copy of the texts: without it FTS5 goes on counting what was removed, and ranks drift.
    this.database.exec(
      `CREATE VIRTUAL TABLE documents USING fts5(${names.join(', ')}, tokenize='porter unicode61')`,
    );
    const places = ['rowid', ...names];
    this.insert = this.database.prepare(
      `INSERT INTO documents (${places.join(', ')}) VALUES (${places.map(() => '?').join(', ')})`,
    );
    this.remove = this.database.prepare('DELETE FROM documents WHERE rowid = ?');
    this.matchBest = this.database.prepare(
      'SELECT rowid, bm25(documents) AS score FROM documents WHERE documents MATCH ? ORDER BY score LIMIT ?',
    );
    this.matchBest.setReturnArrays(true);
  }

  get size(): number {
    return this.indexed.size;
  }

  get bytes(): number {
    const pages = Number(this.database.prepare('PRAGMA page_count').get()?.['page_count'] ?? 0);
    const pageBytes = Number(this.database.prepare('PRAGMA page_size').get()?.['page_size'] ?? 0);
    return pages * pageBytes + INDEXED_BYTES * this.indexed.size;
  }

  /**
   * Brings the index to what is stored now; what did not change is left alone.
   *
   * Shape:  `documents` are those that may have changed; all when it is undefined. One of them that is not among `stored`
   *         has no texts any more.
   */
  update(
    stored: ReadonlyMap<number, DocumentTexts>,
    table: DocumentTable,
    documents: Iterable<number> = this.indexed.keys(),
  ): void {
    this.database.exec('BEGIN');
    try {
      for (const document of documents) {
        if (!stored.has(document) && this.indexed.has(document)) this.drop(document);
      }
      for (const [document, texts] of stored) this.put(document, texts, table);
      this.database.exec('COMMIT');
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The best documents for a text, those of equal rank in the order of their keys, as in Feast. */
  best(
    text: string,
    table: DocumentTable,
    { count, mask }: { readonly count: number; readonly mask: Uint8Array | undefined },
  ): RankedRow[] {
    const matches = mask
      ? this.matches(text, ALL).filter(([rowid]) => mask[rowid - 1] === 1)
      : this.bestMatches(text, count);
    const scores = Float64Array.from(matches, ([, rank]) => rank);
    const keyAt = (at: number): Uint8Array => table.keyOf(matches[at]![0] - 1);
    return bestRows(scores, count, { order: (a, b) => Buffer.compare(keyAt(a), keyAt(b)) }).map((at) => ({
      document: matches[at]![0] - 1,
      score: scores[at]!,
    }));
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }

  /** All that may be among the best, whichever of equal rank come first. */
  private bestMatches(text: string, count: number): readonly Match[] {
    const limit = count + EQUAL_MATCHES;
    const matches = this.matches(text, limit);
    const isCutAmongEquals = matches.length === limit && matches.at(-1)?.[1] === matches[count - 1]?.[1];
    return isCutAmongEquals ? this.matches(text, ALL) : matches;
  }

  /** In the order of their ranks. */
  private matches(text: string, limit: number): readonly Match[] {
    const { withOperators, words } = textExpressions(text, this.columns);
    if (withOperators !== undefined) {
      try {
        return this.ranked(withOperators, limit);
      } catch {
        // FTS5 finds the operators misplaced: then they are words, or nothing.
      }
    }
    return words === undefined ? [] : this.ranked(words, limit);
  }

  private ranked(expression: string, limit: number): readonly Match[] {
    const rows: unknown = this.matchBest.all(expression, limit);
    return rows as Match[];
  }

  private put(document: number, { row, texts }: DocumentTexts, table: DocumentTable): void {
    const digest = digestOf(texts);
    const known = this.indexed.get(document);
    if (known?.digest === digest && known.row === row) return;
    if (known !== undefined) this.drop(document);
    this.insert.run(document + 1, table.keyOf(document), String(row), ...texts);
    this.indexed.set(document, { digest, row });
  }

  private drop(document: number): void {
    this.remove.run(document + 1);
    this.indexed.delete(document);
  }
}

const INDEXED_BYTES = 160;

function digestOf(texts: readonly (string | null)[]): string {
  return hash('sha1', JSON.stringify(texts), 'base64');
}
