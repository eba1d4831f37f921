import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { encodeValue } from '../../src/common/codec/value.codec.js';
import { Deadline } from '../../src/common/model/deadline.js';
import { ValueType } from '../../src/common/model/value.js';
import { CommitNotices } from '../../src/modules/online-store/sqlite/notices/commit-notices.js';
import { NoticeLog } from '../../src/modules/online-store/sqlite/notices/notice-log.js';
import { documentBatch, documentWriter, randomDocument } from './document-store.js';
import { SeededRandom } from './random.js';
import { driverKey } from './stored-rows.js';

/*
 * A process that changes documents: some of them for each line that it reads, and says "done" after them.
 *   own PATH SEED COUNT NOTICES   by our writer, which tells of it
 *   foreign PATH SEED COUNT       by plain SQL
 */

const PATIENCE_MS = 60_000;

const [verb, path = '', seed = '', count = '', noticePath = ''] = process.argv.slice(2);
const random = new SeededRandom(Number(seed));
const last = Number(count) - 1;

function ownWrite(): () => Promise<void> {
  const writer = documentWriter(path, new CommitNotices(new NoticeLog(noticePath)));
  return async () => {
    // Now and then a new one, and several writes that share a transaction.
    const batches = Array.from({ length: random.integer(1, 3) }, () => {
      const document = randomDocument(random, random.integer(0, last + 20));
      return documentBatch([random.chance(0.1) ? { ...document, vector: null } : document]);
    });
    await Promise.all(batches.map((batch) => writer.write(batch, Deadline.after(PATIENCE_MS))));
  };
}

function foreignWrite(): () => Promise<void> {
  const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
  const set = database.prepare(
    'UPDATE shop_documents SET value = ? WHERE entity_key = ? AND feature_name = ?',
  );
  return () => {
    const { vector, content } = randomDocument(random, 0);
    const key = driverKey(random.integer(0, last));
    set.run(encodeValue({ type: ValueType.FLOAT_LIST, value: vector! }), key, 'embedding');
    set.run(encodeValue({ type: ValueType.STRING, value: content! }), key, 'content');
    return Promise.resolve();
  };
}

const write = verb === 'own' ? ownWrite() : foreignWrite();
for await (const line of createInterface(process.stdin)) {
  for (let left = Number(line); left > 0; left--) await write();
  process.stdout.write('done\n');
}
