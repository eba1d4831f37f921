import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeastSqliteFile } from '../../../../test/support/feast-sqlite-file.js';
import type { OnlineStoreHarness } from '../contract/contract-suite.contract.js';
import { describeOnlineStoreContract } from '../online-store.contract.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

describeOnlineStoreContract('SQLite', sqliteHarness(0));
describeOnlineStoreContract('SQLite that keeps rows', sqliteHarness(1_000_000));
// Too small for what a test reads: rows are kept and pushed out all the time.
describeOnlineStoreContract('SQLite that keeps few rows', sqliteHarness(2000));

function sqliteHarness(rowCacheBytes: number): OnlineStoreHarness {
  const folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-'));
  const path = join(folder, 'online_store.db');
  const file = new FeastSqliteFile(path);
  return {
    setUp: async () => {},
    tearDown: async () => {
      file.close();
      rmSync(folder, { recursive: true });
    },
    open: async () => new SqliteOnlineStore({ path, rowCacheBytes }),
    createViews: async (views) => views.forEach((view) => file.createView(view)),
    seed: async (rows) => file.write(rows),
  };
}
