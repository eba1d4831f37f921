import type { SQLInputValue } from 'node:sqlite';
import { NotFoundError, UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { ReadPlan } from '../../../common/model/read-plan.js';
import type { CellSink } from '../online-store.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { sqliteFailure } from './sqlite-failure.js';
import { tableName } from './sqlite-names.js';
import { type KeySource, type ReadColumn, readStatement } from './sqlite-read-statement.js';
import { encodeKeyList, RowDecoder } from './sqlite-row.codec.js';

/** One statement reads no more: the deadline is looked at between statements, and memory stays bounded. */
const MAX_VIEWS = 100;
const MAX_KEYS = 512;
const MAX_CELLS = 50_000;
const MAX_STATEMENT_TEXTS = 64;

/**
 * To look up `n` features of a key one by one costs as much as to pass over `LOOKUP_COST * (n + FIRST_LOOKUP)`
 * features of a row that is read whole (measured on 200 features a row: 12 to 64 µs for 1 to 40, 78 for all).
 */
const LOOKUP_COST = 6;
const FIRST_LOOKUP = 3;
/** To pass over so many digits of a value costs as much as another feature. */
const DIGITS_PER_CELL = 512;

export type EntityKeys = readonly (readonly Uint8Array[])[];

export interface PlannedView {
  readonly viewName: string;
  readonly table: string;
  readonly features: readonly string[];
  readonly decoder: RowDecoder;
  /** The rows hold far more than the plan asks for: its features are looked up one by one. */
  looksUp: boolean;
}

/** A part of a read: views from `firstView` until `endView`, and of each the keys from `firstKey` until `endKey`. */
interface Slice {
  readonly firstView: number;
  readonly endView: number;
  readonly firstKey: number;
  readonly endKey: number;
}

interface BoundStatement {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
}

/** Reads one plan again and again: holds its tables, its decoders and the texts of its statements. */
export class SqlitePlanReader {
  readonly views: readonly PlannedView[];
  private readonly statementTexts = new Map<string, string>();
  private keysPerStatement: number;

  /** Errors: NotFoundError when a view has a name that no table can have. */
  constructor(plan: ReadPlan) {
    this.views = plan.views.map(({ viewName, version, features }) => {
      const table = tableName(plan.project, viewName, version);
      if (table.includes('\0')) throw noTable(viewName, table);
      return { viewName, table, features, decoder: new RowDecoder(table, features), looksUp: false };
    });
    const cellsPerKey = this.views.reduce((sum, { features }) => sum + features.length, 1);
    this.keysPerStatement = Math.max(1, Math.min(MAX_KEYS, Math.floor(MAX_CELLS / cellsPerKey)));
  }

  /**
   * Reads all of the plan at one moment: in the transaction of the connection where one is open.
   *
   * Errors: UnavailableError when the deadline passes between two statements, CorruptDataError, and what SQLite
   *         throws. The connection may then have a transaction open.
   */
  read(connection: SqliteConnection, keys: EntityKeys, sink: CellSink, deadline: Deadline): void {
    const isPart = connection.inTransaction;
    try {
      this.readAll(connection, keys, sink, deadline);
    } catch (error) {
      if (this.keysPerStatement === 1 || sqliteFailure(error)?.kind !== 'too-big') throw error;
      if (!isPart) connection.rollback();
      this.keysPerStatement = 1;
      // What is too large may be a value that nobody asked for.
      for (const view of this.views) view.looksUp = true;
      this.readAll(connection, keys, sink, deadline);
    }
  }

  /** What `no such table: …` means. */
  missingTable(message: string): NotFoundError {
    const view = this.views.find(({ table }) => message === `no such table: ${table}`);
    return view ? noTable(view.viewName, view.table) : new NotFoundError(message);
  }

  private readAll(connection: SqliteConnection, keys: EntityKeys, sink: CellSink, deadline: Deadline): void {
    sink.begin();
    const slices = this.slices(keys);
    const [first, second] = slices;
    if (first === undefined) return;
    // One statement is a transaction of its own.
    if (second === undefined) return this.readSlice(connection, first, keys, sink);
    const isPart = connection.inTransaction;
    if (!isPart) connection.begin();
    for (const slice of slices) {
      if (deadline.expired) throw new UnavailableError('the online store could not be read in time');
      this.readSlice(connection, slice, keys, sink);
    }
    if (!isPart) connection.commit();
  }

  private slices(keys: EntityKeys): Slice[] {
    let keyCount = 0;
    for (const { length } of keys) keyCount = Math.max(keyCount, length);
    const slices: Slice[] = [];
    // A view without any key is asked all the same: it may have no table.
    for (let firstKey = 0; firstKey < Math.max(keyCount, 1); firstKey += this.keysPerStatement) {
      const endKey = firstKey + this.keysPerStatement;
      for (let firstView = 0; firstView < this.views.length; firstView += MAX_VIEWS) {
        const endView = Math.min(firstView + MAX_VIEWS, this.views.length);
        slices.push({ firstView, endView, firstKey, endKey });
      }
    }
    return slices;
  }

  private readSlice(connection: SqliteConnection, slice: Slice, keys: EntityKeys, sink: CellSink): void {
    const { sql, parameters } = this.bind(slice, keys);
    const columns = connection.get(sql, parameters);
    for (let index = 0; index < columns.length; index++) {
      const records = columns[index];
      if (!(records instanceof Uint8Array)) continue;
      const number = slice.firstView + index;
      const view = this.views[number] as PlannedView;
      view.decoder.resetCounts();
      view.decoder.decode(records, number, slice.firstKey, sink);
      view.looksUp ||= isWasteful(view);
    }
  }

  /** Views that share one array of keys share a parameter. */
  private bind(slice: Slice, keys: EntityKeys): BoundStatement {
    const parameters: SQLInputValue[] = [];
    const sources = new Map<readonly Uint8Array[], KeySource>();
    const columnSources: KeySource[] = [];
    let shape = `${slice.firstView}`;
    for (let number = slice.firstView; number < slice.endView; number++) {
      const list = keys[number] ?? [];
      let source = sources.get(list);
      if (!source) {
        source = bindKeys(list, slice, parameters);
        sources.set(list, source);
      }
      columnSources.push(source);
      shape += ` ${source.kind}${source.parameter}${this.views[number]?.looksUp ? '?' : ''}`;
    }
    return { sql: this.statementText(shape, slice.firstView, columnSources), parameters };
  }

  private statementText(shape: string, firstView: number, sources: readonly KeySource[]): string {
    const known = this.statementTexts.get(shape);
    if (known !== undefined) return known;
    const columns = sources.map((keys, index): ReadColumn => {
      const { table, features, looksUp } = this.views[firstView + index] as PlannedView;
      return looksUp ? { table, keys, onlyFeatures: features } : { table, keys };
    });
    const text = readStatement(columns);
    if (this.statementTexts.size >= MAX_STATEMENT_TEXTS) this.statementTexts.clear();
    this.statementTexts.set(shape, text);
    return text;
  }
}

/** Adds the parameter that holds the keys of the slice. */
function bindKeys(list: readonly Uint8Array[], slice: Slice, parameters: SQLInputValue[]): KeySource {
  const from = Math.min(slice.firstKey, list.length);
  const end = Math.min(slice.endKey, list.length);
  const single = end - from === 1 ? list[from] : undefined;
  const parameter = parameters.push(single ?? encodeKeyList(list, from, end));
  return { parameter, kind: single ? 'one' : 'list' };
}

function isWasteful({ features, decoder }: PlannedView): boolean {
  const waste = decoder.skippedCells + decoder.skippedBytes / DIGITS_PER_CELL;
  return waste > LOOKUP_COST * (features.length + FIRST_LOOKUP) * decoder.records;
}

function noTable(viewName: string, table: string): NotFoundError {
  return new NotFoundError(
    `no such table: ${table}: feature view ${viewName} has no table in the online store; run apply or materialize`,
  );
}
