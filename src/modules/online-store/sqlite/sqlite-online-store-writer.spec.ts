import { describe } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnlineStoreWriterContract } from '../online-store-writer.contract.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';
import { SqliteOnlineStoreWriter } from './sqlite-online-store-writer.js';

describe.each(['keep', 'wal'] as const)('a file in journal mode %s', (journalMode) => {
  const folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-writer-'));
  const path = join(folder, 'data/online_store.db');
  describeOnlineStoreWriterContract('SQLite', {
    setUp: async () => {},
    tearDown: async () => rmSync(folder, { recursive: true }),
    openWriter: async () =>
      new SqliteOnlineStoreWriter({
        path,
        journalMode,
        vectorEnabled: false,
        enableOpenaiCompatibleStore: false,
      }),
    openReader: async () => new SqliteOnlineStore({ path }),
    winnerOfEqualTimes: 'last',
  });
});
