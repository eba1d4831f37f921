import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeastSqliteFile } from '../../../../test/support/feast-sqlite-file.js';
import type { OnlineStoreHarness } from '../contract/contract-suite.contract.js';
import { describeOnlineStoreContract } from '../online-store.contract.js';
import { SqliteOnlineStore } from './sqlite-online-store.js';

describeOnlineStoreContract('SQLite', sqliteHarness());

function sqliteHarness(): OnlineStoreHarness {
  const folder = mkdtempSync(join(tmpdir(), 'salver-sqlite-'));
  const path = join(folder, 'online_store.db');
  const file = new FeastSqliteFile(path);
  return {
    setUp: async () => {},
    tearDown: async () => {
      file.close();
      rmSync(folder, { recursive: true });
    },
    open: async () => new SqliteOnlineStore({ path }),
    createViews: async (views) => views.forEach((view) => file.createView(view)),
    seed: async (rows) => file.write(rows),
  };
}
