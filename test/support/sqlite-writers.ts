import { onTestFinished } from 'vitest';
import {
  SqliteOnlineStoreWriter,
  type SqliteWriterOptions,
} from '../../src/modules/online-store/sqlite/sqlite-online-store-writer.js';

/** A writer that is closed with the test that asks for it. */
export function sqliteWriterOfTest(
  path: string,
  changes: Partial<SqliteWriterOptions> = {},
): SqliteOnlineStoreWriter {
  const writer = new SqliteOnlineStoreWriter({
    path,
    journalMode: 'keep',
    vectorEnabled: false,
    enableOpenaiCompatibleStore: false,
    ...changes,
  });
  onTestFinished(() => writer.close());
  return writer;
}
