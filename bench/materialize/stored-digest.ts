import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';

import type { StoreName } from '../bench-folder.ts';

/** What a run left in the store: equal digests mean that the two programs did the same work. */
export interface Stored {
  readonly entities: number;
  readonly digest: string;
}

export async function storedDigest(
  store: StoreName,
  repo: string,
  redisAddress: string | undefined,
): Promise<Stored> {
  return store === 'sqlite'
    ? sqliteDigest(join(repo, 'data/online_store.db'))
    : redisDigest(redisAddress ?? '');
}

function sqliteDigest(path: string): Stored {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database
      .prepare(
        `SELECT hex(entity_key), feature_name, hex(value), value_text, event_ts, created_ts
         FROM bench_user_stats ORDER BY entity_key, feature_name`,
      )
      .iterate();
    const hash = createHash('sha256');
    const entities = new Set<unknown>();
    for (const row of rows) {
      hash.update(JSON.stringify(row));
      entities.add(row['hex(entity_key)']);
    }
    return { entities: entities.size, digest: hash.digest('hex') };
  } finally {
    database.close();
  }
}

const SCAN_COUNT = 1000;

/** Redis gives keys in no order: the digests of all hashes are put in one. */
async function redisDigest(address: string): Promise<Stored> {
  const [host = '', port = ''] = address.split(':');
  const client = new Redis({ host, port: Number(port) });
  const hashes: string[] = [];
  try {
    for await (const keys of client.scanBufferStream({ count: SCAN_COUNT }) as AsyncIterable<Buffer[]>) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.hgetallBuffer(key);
      const replies = (await pipeline.exec()) ?? [];
      keys.forEach((key, index) => {
        const fields = Object.entries(replies[index]?.[1] as Record<string, Buffer>).map(
          ([name, value]) => `${Buffer.from(name).toString('hex')}=${value.toString('hex')}`,
        );
        hashes.push(createHash('sha256').update(key).update(fields.sort().join()).digest('hex'));
      });
    }
  } finally {
    client.disconnect();
  }
  const distinct = [...new Set(hashes)].sort();
  return { entities: distinct.length, digest: createHash('sha256').update(distinct.join()).digest('hex') };
}
