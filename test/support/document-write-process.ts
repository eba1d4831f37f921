import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeValue } from '../../src/common/codec/value.codec.js';
import { Deadline } from '../../src/common/model/deadline.js';
import { ValueType } from '../../src/common/model/value.js';
import { CommitNotices } from '../../src/modules/online-store/sqlite/notices/commit-notices.js';
import { NoticeLog } from '../../src/modules/online-store/sqlite/notices/notice-log.js';
import { documentBatch, documentWriter, randomDocument } from './document-store.js';
import { SeededRandom } from './random.js';
import { driverKey } from './stored-rows.js';

/*
 * A process that changes documents until it is killed:
 *   own PATH SEED COUNT NOTICES   by our writer, which tells of it; says "stored" after each write
 *   foreign PATH SEED COUNT       by plain SQL; says "stored" after each write
 */

const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_MS = 80;

const [verb, path = '', seed = '', count = '', noticePath = ''] = process.argv.slice(2);
const random = new SeededRandom(Number(seed));
const last = Number(count) - 1;

async function own(): Promise<void> {
  const writer = documentWriter(path, new CommitNotices(new NoticeLog(noticePath)));
  for (;;) {
    // Now and then a new one, and several writes that share a transaction.
    const batches = Array.from({ length: random.integer(1, 3) }, () => {
      const document = randomDocument(random, random.integer(0, last + 20));
      return documentBatch([random.chance(0.1) ? { ...document, vector: null } : document]);
    });
    await Promise.all(batches.map((batch) => writer.write(batch, Deadline.after(PATIENCE_MS))));
    await rest();
  }
}

async function foreign(): Promise<void> {
  const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
  const set = database.prepare(
    'UPDATE shop_documents SET value = ? WHERE entity_key = ? AND feature_name = ?',
  );
  for (;;) {
    const { vector, content } = randomDocument(random, 0);
    const key = driverKey(random.integer(0, last));
    set.run(encodeValue({ type: ValueType.FLOAT_LIST, value: vector! }), key, 'embedding');
    set.run(encodeValue({ type: ValueType.STRING, value: content! }), key, 'content');
    await rest(3);
  }
}

async function rest(factor = 1): Promise<void> {
  process.stdout.write('stored\n');
  await sleep(random.integer(0, factor * LONGEST_PAUSE_MS));
}

if (verb === 'own') await own();
else if (verb === 'foreign') await foreign();
else throw new Error(`unknown verb ${verb}`);
