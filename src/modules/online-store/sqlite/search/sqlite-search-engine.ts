import type { DatabaseSync } from 'node:sqlite';
import {
  CorruptDataError,
  NotFoundError,
  NotSupportedError,
  UnavailableError,
} from '../../../../common/errors/errors.js';
import type { DocumentHits, DocumentQuery, SearchedView } from '../../document-search.js';
import { type SqliteFailure, sqliteFailure } from '../sqlite-failure.js';
import { tableName } from '../sqlite-names.js';
import { filterMask } from './filter-mask.js';
import { fuseRanks } from './fused-ranks.js';
import { pause } from './pause.js';
import { SearchConnection } from './search-connection.js';
import type { TextPart } from './text-part.js';
import type { VectorPart } from './vector-part.js';
import { scanVectors } from './vector-scan.js';
import { type IndexVersion, ViewIndex } from './view-index.js';

export interface SqliteSearchOptions {
  readonly path: string;
  /** Memory for the indexes of all views. */
  readonly indexBytes: number;
  /** How old an index may be when a search uses it; 0: it has all that is committed. */
  readonly maxStalenessMs: number;
  /** See `SearchConnectionOptions`. */
  readonly extensionPath: string | undefined;
  readonly noticePath: string | undefined;
}

/** What one search needs of an index, as it is now. */
interface Parts {
  readonly vectors: VectorPart | undefined;
  readonly texts: TextPart | undefined;
  readonly mask: Uint8Array | undefined;
}

interface KnownView {
  readonly index: ViewIndex;
  /** In lower case, as notices have it. */
  readonly table: string;
  /** That of its parts, and when that was the one of the file. */
  version: IndexVersion;
  checkedAtMs: number;
  /** The generation that a search read straight from the file. */
  scanned: number;
}

/** For a search by both, so many more documents are taken of each list than are wanted. */
const CANDIDATES = 4;
const LEAST_CANDIDATES = 100;
const RETRY_MS = 2;

/**
 * Searches the tables of one SQLite file. It is synchronous and takes its time: it belongs in a thread of its own.
 *
 * The first search after a change reads the vectors straight from the file where sqlite-vec is there; the next one
 * builds the index, if nothing changed meanwhile. Both give the same answer.
 */
export class SqliteSearchEngine {
  private readonly connection: SearchConnection;
  /** In the order of their last use. */
  private readonly views = new Map<string, KnownView>();

  constructor(private readonly options: SqliteSearchOptions) {
    this.connection = new SearchConnection(options);
  }

  /** Errors: as `DocumentSearch.search`; `waitMs` is how long a locked file is waited for. */
  search(query: DocumentQuery, waitMs: number): DocumentHits {
    const endMs = performance.now() + waitMs;
    for (;;) {
      const remainingMs = endMs - performance.now();
      try {
        return this.find(query, remainingMs);
      } catch (error) {
        const failure = sqliteFailure(error);
        if (!failure) throw error;
        if (failure.kind !== 'busy' && failure.kind !== 'no-such-table') this.connection.close();
        if (failure.kind !== 'busy' || remainingMs <= 0) throw toError(failure, query.view, error);
        // SQLite itself does not wait for every lock: not where two could wait for each other.
        pause(RETRY_MS);
      }
    }
  }

  close(): void {
    for (const { index } of this.views.values()) index.close();
    this.views.clear();
    this.connection.close();
  }

  private find(query: DocumentQuery, waitMs: number): DocumentHits {
    const known = this.knownView(query.view);
    const found = this.connection.read(waitMs, (database, changed) => {
      for (const { index, table } of this.views.values()) index.change(changed.get(table) ?? []);
      return this.prepare(database, query, known);
    });
    return 'hits' in found ? found.hits : rank(query, found.parts, known.index);
  }

  /** Everything that needs the file. */
  private prepare(
    database: DatabaseSync,
    query: DocumentQuery,
    known: KnownView,
  ): { readonly parts: Parts } | { readonly hits: DocumentHits } {
    const { index } = known;
    const version = this.versionFor(known);
    const hits = this.scanned(database, query, known);
    if (hits !== undefined) return { hits };
    const vectors = query.vector && index.vectorPart(database, version);
    const texts = query.text === undefined ? undefined : index.textPart(database, version);
    const { filter } = query;
    const columnOf = (feature: string) => index.column(database, feature, version);
    const mask = filter && filterMask(filter, index.documents.size, columnOf);
    index.dropOldColumns(version);
    return { parts: { vectors, texts, mask } };
  }

  /** That of the file, or an older one that may still be used. */
  private versionFor(known: KnownView): IndexVersion {
    const nowMs = performance.now();
    if (nowMs - known.checkedAtMs >= this.options.maxStalenessMs) {
      known.version = { generation: this.connection.generation, changes: known.index.changes };
      known.checkedAtMs = nowMs;
    }
    return known.version;
  }

  private scanned(database: DatabaseSync, query: DocumentQuery, known: KnownView): DocumentHits | undefined {
    const { vector, text, filter } = query;
    const { generation } = known.version;
    if (!this.connection.hasExtension || vector === undefined || text !== undefined || filter !== undefined)
      return undefined;
    if (known.index.hasVectors(known.version) || known.scanned === generation) return undefined;
    known.scanned = generation;
    const rows = scanVectors(database, { ...query, vector });
    return (
      rows && {
        keys: rows.map(([key]) => key),
        distances: Float64Array.from(rows, ([, distance]) => distance),
        textRanks: new Float64Array(rows.length).fill(Number.NaN),
      }
    );
  }

  private knownView(view: SearchedView): KnownView {
    const id = JSON.stringify(view);
    const before = this.views.get(id);
    this.views.delete(id);
    if (before?.index.isMostlyOld) before.index.close();
    const known =
      before !== undefined && !before.index.isMostlyOld
        ? before
        : {
            index: new ViewIndex(view, (bytes) => this.claim(id, bytes)),
            table: tableName(view.project, view.viewName, view.version).toLowerCase(),
            version: { generation: -1, changes: 0 },
            checkedAtMs: Number.NEGATIVE_INFINITY,
            scanned: -1,
          };
    this.views.set(id, known);
    return known;
  }

  /** Makes room for what a view is about to take: others that were not used for long go first. */
  private claim(id: string, bytes: number): void {
    const { indexBytes } = this.options;
    const total = () => [...this.views.values()].reduce((sum, { index }) => sum + index.bytes, bytes);
    for (const [other, { index }] of this.views) {
      if (total() <= indexBytes) return;
      if (other === id) continue;
      index.close();
      this.views.delete(other);
    }
    if (total() <= indexBytes) return;
    this.views.get(id)?.index.close();
    this.views.delete(id);
    throw new NotSupportedError(
      `the search index of this view needs more memory than there is for indexes: more than ${indexBytes} bytes ` +
        '(salver.yaml: search.index_bytes)',
    );
  }
}

function rank(query: DocumentQuery, { vectors, texts, mask }: Parts, { documents }: ViewIndex): DocumentHits {
  const { vector, text, topK, filterTime } = query;
  const isHybrid = vector !== undefined && text !== undefined;
  const count = isHybrid ? Math.max(LEAST_CANDIDATES, CANDIDATES * topK) : topK;
  const selection = { count, mask: filterTime === 'before' ? mask : undefined };
  const near = vector && vectors ? vectors.nearest(vector, query.metric, selection) : [];
  const matching = text !== undefined && texts ? texts.best(text, documents, selection) : [];
  const passes = (document: number) => filterTime === 'before' || mask === undefined || mask[document] === 1;
  const rows = fuseRanks(near, matching, topK).filter(({ document }) => passes(document));
  return {
    keys: rows.map(({ document }) => documents.keyOf(document)),
    distances: Float64Array.from(rows, ({ distance }) => distance),
    textRanks: Float64Array.from(rows, ({ textRank }) => textRank),
  };
}

function toError({ kind, message }: SqliteFailure, view: SearchedView, cause: unknown): Error {
  switch (kind) {
    case 'no-such-table': {
      const table = tableName(view.project, view.viewName, view.version);
      return new NotFoundError(
        `no such table: ${table}: feature view ${view.viewName} has no table in the online store; run apply or materialize`,
      );
    }
    case 'layout':
      return new CorruptDataError(`a table of the online store has another layout: ${message}`, { cause });
    case 'corrupt':
      return new CorruptDataError(`the file of the online store is damaged: ${message}`, { cause });
    case 'busy':
      return new UnavailableError('the online store was locked by another process until the time was up');
    case 'too-big':
    case 'unusable':
      return new UnavailableError(`the online store cannot be searched: ${message}`, { cause });
  }
}
