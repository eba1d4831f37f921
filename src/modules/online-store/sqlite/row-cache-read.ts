import type { NotFoundError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { CellSink } from '../online-store.js';
import { hashOf, type RowCache } from './row-cache.js';
import { type CapturedView, RowCapture } from './row-capture.js';
import type { SqliteConnection } from './sqlite-connection.js';
import type { EntityKeys, SqlitePlanReader } from './sqlite-plan-reader.js';

/** A read of more keys passes the cache by: it would push out everything else. */
const MAX_KEYS = 5000;

/** Where nothing is kept. */
const NOWHERE = -1;

/** The views that are read by one list of keys. */
interface KeyList {
  readonly keys: readonly Uint8Array[];
  readonly hashes: Int32Array;
  readonly views: number[];
}

/** What is kept of a read: `places[view][row]`. */
type Places = readonly Int32Array[];

/**
 * Reads a plan with a cache of rows. What is kept is reported when nobody has committed since it was read; the rest is
 * read from the file. Both are of one moment: of one transaction, or, when nothing has to be read, of one look at the
 * version of the data.
 */
export class RowCacheRead {
  private readonly viewNumbers: readonly number[];
  private readonly fields: readonly number[];

  constructor(
    private readonly reader: SqlitePlanReader,
    private readonly cache: RowCache,
  ) {
    this.viewNumbers = reader.views.map(({ table, features }) => cache.viewNumber(table, features));
    this.fields = reader.views.map(({ features }) => features.length);
  }

  /** Errors: as `SqlitePlanReader.read`. */
  read(connection: SqliteConnection, keys: EntityKeys, sink: CellSink, deadline: Deadline): void {
    const { cache } = this;
    const rows = countRows(keys);
    // A view without keys is asked all the same: it may have no table.
    if (rows > MAX_KEYS || keys.some(({ length }) => length === 0)) {
      return this.reader.read(connection, keys, sink, deadline);
    }
    cache.prepare();
    const lists = keyLists(keys);
    const places = keys.map(({ length }) => new Int32Array(length));
    let missing = this.lookUp(lists, places);
    if (missing === 0) {
      if (cache.isOf(connection.dataVersion())) {
        cache.hits += rows;
        sink.begin();
        return this.report(places, sink);
      }
      missing = forget(places);
    }
    connection.begin();
    if (!cache.isOf(connection.dataVersion())) missing = forget(places);
    cache.hits += rows - missing;
    cache.misses += missing;
    this.readMissing(connection, this.capturedViews(lists, places), sink, deadline);
    this.report(places, sink);
    connection.commit();
  }

  missingTable(message: string): NotFoundError {
    return this.reader.missingTable(message);
  }

  /** Returns how many rows have to be read: what is not kept for one view of a list is read for all of them. */
  private lookUp(lists: readonly KeyList[], places: Places): number {
    let missing = 0;
    for (const list of lists) {
      for (let row = 0; row < list.keys.length; row++) {
        if (this.findRow(list, row, places)) continue;
        for (const view of list.views) (places[view] as Int32Array)[row] = NOWHERE;
        missing += list.views.length;
      }
    }
    return missing;
  }

  /** Finds a row of all views of a list, or says that one of them is not kept. */
  private findRow({ keys, hashes, views }: KeyList, row: number, places: Places): boolean {
    const bytes = keys[row] as Uint8Array;
    const hash = hashes[row] as number;
    for (const view of views) {
      const place = this.cache.find({ view: this.viewNumbers[view] as number, hash, bytes });
      if (place === NOWHERE) return false;
      (places[view] as Int32Array)[row] = place;
    }
    return true;
  }

  // oxlint-disable-next-line max-params -- what is read, and where it goes
  private readMissing(
    connection: SqliteConnection,
    views: readonly CapturedView[],
    sink: CellSink,
    deadline: Deadline,
  ): void {
    const capture = new RowCapture(views, this.cache, sink);
    const keys = views.map((view) => view.keys);
    this.reader.read(connection, keys, capture, deadline);
    capture.end();
  }

  private report(places: Places, sink: CellSink): void {
    for (let view = 0; view < places.length; view++) {
      const rows = places[view] as Int32Array;
      for (let row = 0; row < rows.length; row++) {
        const place = rows[row] as number;
        if (place !== NOWHERE) this.cache.report(place, { view, row }, sink);
      }
    }
  }

  private capturedViews(lists: readonly KeyList[], places: Places): readonly CapturedView[] {
    const captured: CapturedView[] = [];
    for (const { keys, hashes, views } of lists) {
      const [first = 0] = views;
      const rows = rowsNowhere(places[first] as Int32Array);
      const all = rows.length === keys.length;
      // One array for all views of the list: they share it as a parameter.
      const missingKeys = all ? keys : Array.from(rows, (row) => keys[row] as Uint8Array);
      const missingHashes = all ? hashes : rows.map((row) => hashes[row] as number);
      for (const view of views) {
        const number = this.viewNumbers[view] as number;
        const fields = this.fields[view] as number;
        captured[view] = { number, fields, rows, keys: missingKeys, hashes: missingHashes };
      }
    }
    return captured;
  }
}

function countRows(keys: EntityKeys): number {
  let rows = 0;
  for (const { length } of keys) rows += length;
  return rows;
}

function keyLists(keys: EntityKeys): readonly KeyList[] {
  const lists = new Map<readonly Uint8Array[], KeyList>();
  for (const [view, list] of keys.entries()) {
    const known = lists.get(list);
    if (known) known.views.push(view);
    else lists.set(list, { keys: list, hashes: hashesOf(list), views: [view] });
  }
  return [...lists.values()];
}

function hashesOf(keys: readonly Uint8Array[]): Int32Array {
  const hashes = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row++) hashes[row] = hashOf(keys[row] as Uint8Array);
  return hashes;
}

/** Returns how many rows there are. */
function forget(places: Places): number {
  let rows = 0;
  for (const of of places) {
    of.fill(NOWHERE);
    rows += of.length;
  }
  return rows;
}

function rowsNowhere(places: Int32Array): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < places.length; row++) if (places[row] === NOWHERE) rows.push(row);
  return Int32Array.from(rows);
}
