import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { DataSource } from '../../src/common/model/data-source.js';
import { jsonText } from '../../src/common/codec/json-text.js';
import {
  type OfflineEntry,
  OfflineStoreWriter,
  type RefusedEntry,
} from '../../src/modules/offline-store/offline-store-writer.js';
import { InvalidValueError } from '../../src/common/errors/errors.js';

/** An entry as it is in the file. */
export interface SunkEntry {
  readonly id: string;
  readonly source: string;
  readonly columns: string;
  readonly rows: number;
}

/**
 * An offline store that is one file of JSON lines, durable, each entry once by its id. Rows with a column `refuse` are
 * refused.
 */
export class JsonLinesSink extends OfflineStoreWriter {
  /** Thrown by `append` before anything is written, for as long as it is set. */
  failure: ((source: DataSource, entries: readonly OfflineEntry[]) => Error | undefined) | undefined;
  readonly calls: { readonly source: string; readonly ids: readonly string[] }[] = [];
  private readonly known: Set<string>;

  constructor(private readonly path: string) {
    super();
    closeSync(openSync(path, 'a'));
    const text = readFileSync(path, 'utf8');
    // What a killed process left unfinished.
    truncateSync(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    this.known = new Set(readSunk(path).map(({ id }) => id));
  }

  override append(source: DataSource, entries: readonly OfflineEntry[]): Promise<readonly RefusedEntry[]> {
    const ids = entries.map(({ id }) => (id === undefined ? '' : `${id.segment}/${id.number}`));
    this.calls.push({ source: source.name, ids });
    const failure = this.failure?.(source, entries);
    if (failure !== undefined) return Promise.reject(failure);
    const refused = entries.flatMap(({ rows }, index) =>
      rows.columns.has('refuse') ? [{ index, error: new InvalidValueError('rows that are not taken') }] : [],
    );
    const refusedAt = new Set(refused.map(({ index }) => index));
    const lines = entries.flatMap(({ rows }, index) => {
      const id = ids[index] as string;
      if (refusedAt.has(index) || this.known.has(id)) return [];
      if (id !== '') this.known.add(id);
      return [
        `${JSON.stringify({ id, source: source.name, columns: jsonText(rows.columns), rows: rows.rows })}\n`,
      ];
    });
    const file = openSync(this.path, 'a');
    writeSync(file, lines.join(''));
    fsyncSync(file);
    closeSync(file);
    return Promise.resolve(refused);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

export function readSunk(path: string): SunkEntry[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SunkEntry);
}
