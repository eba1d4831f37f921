import { fstatSync, openSync, readSync } from 'node:fs';

/** So many files are opened, at most. */
const MAX_FILES = 64;

/* Parts of the header of a SQLite file. Source: https://www.sqlite.org/fileformat.html part 1.3. */
const HEADER_BYTES = 100;
const MODES_AT = 18;
const ROLLBACK_MODE = 1;
/** The change counter, the sizes of the file and of its free list: by these SQLite itself tells whether others wrote. */
const STATE_AT = 24;
const STATE_END = 40;

interface HeldFile {
  readonly handle: number;
  /** Of this file among all that ever had its number. */
  readonly name: string;
}

/** By identity, as `fileIdentity` has it. */
const held = new Map<string, HeldFile>();
let opened = 0;

/**
 * What a SQLite file holds, as a text that is another one after every transaction that changed anything, whoever made it.
 *
 * Shape:  whoever asks holds a lock of SQLite on the file, so that nobody is writing. Undefined where it cannot be told:
 *         in WAL mode, where changes are counted elsewhere, and of more files than may be held.
 *
 * A file is opened once and never closed: to close it would drop all locks that SQLite has on it in this process. While
 * it is held no other file gets its number.
 */
export function fileState(path: string, identity: string): string | undefined {
  try {
    if (!held.has(identity)) hold(path);
    const file = held.get(identity);
    return file && stateOf(file);
  } catch {
    return undefined;
  }
}

/** Whether both are states of one file. */
export function isSameFile(state: string, other: string): boolean {
  return state.slice(0, state.indexOf(' ')) === other.slice(0, other.indexOf(' '));
}

function hold(path: string): void {
  if (opened >= MAX_FILES) return;
  const handle = openSync(path, 'r');
  opened++;
  const { dev, ino, birthtimeNs } = fstatSync(handle, { bigint: true });
  const identity = `${dev}:${ino}`;
  // The path may name another file by now, which is known already.
  if (!held.has(identity)) held.set(identity, { handle, name: `${identity}:${birthtimeNs}` });
}

function stateOf({ handle, name }: HeldFile): string | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  if (readSync(handle, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
  const isRollback = header[MODES_AT] === ROLLBACK_MODE && header[MODES_AT + 1] === ROLLBACK_MODE;
  return isRollback ? `${name} ${header.toString('hex', STATE_AT, STATE_END)}` : undefined;
}
