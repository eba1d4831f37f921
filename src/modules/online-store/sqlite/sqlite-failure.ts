/** What an exception of `node:sqlite` means to a reader. */
export type SqliteFailureKind =
  /** Somebody else holds a lock: the same call may succeed a moment later. */
  | 'busy'
  /** A result of more bytes than SQLite builds: ask for fewer rows at once. */
  | 'too-big'
  | 'no-such-table'
  /** The statement does not fit the table: a column is missing, or a view stands in the place of a table. */
  | 'layout'
  /** The file is a database, but a damaged one. */
  | 'corrupt'
  /** The file cannot be opened or read, or is no database. */
  | 'unusable';

export interface SqliteFailure {
  readonly kind: SqliteFailureKind;
  /** SQLite's own words. */
  readonly message: string;
}

/** Primary result codes: https://www.sqlite.org/rescode.html. All that are not here mean `unusable`. */
const KINDS: ReadonlyMap<number, SqliteFailureKind> = new Map([
  [1, 'layout'],
  [5, 'busy'],
  [6, 'busy'],
  [11, 'corrupt'],
  [15, 'busy'],
  [17, 'busy'],
  [18, 'too-big'],
]);

/** `undefined` for an exception that does not come from SQLite. */
export function sqliteFailure(error: unknown): SqliteFailure | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') {
    return undefined;
  }
  const { message } = error;
  if (message.startsWith('no such table: ')) return { kind: 'no-such-table', message };
  // The low byte is the primary code, the rest says more about it.
  return { kind: KINDS.get(error.errcode & 0xff) ?? 'unusable', message };
}
