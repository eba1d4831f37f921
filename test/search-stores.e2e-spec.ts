import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisServer } from './support/redis-server.js';
import { SearchServer } from './support/search-server.js';

const BOTH = '  vector_enabled: true\n  text_search_enabled: true\n';
const FEATURES = ['documents:content', 'documents:embedding'];

describe('what was just written through the server', () => {
  it('is found by the next search, in whichever worker, and nobody needs to look for it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'salver-search-'));
    const env = { TMPDIR: folder, SALVER_SERVER_WORKERS: '2', SALVER_SERVER_CONNECTION_REQUESTS: '3' };
    {
      await using server = await SearchServer.start({
        store: BOTH,
        env: { SALVER_READ_SEMANTICS: 'precise', ...env },
      });
      for (let round = 0; round < 25; round++) {
        const [word, id] = [`word${round}`, 100 + (round % 5)];
        const vector = [round + 0.5, 1.5, 2.5, 3.5];
        const row = {
          doc_id: id,
          content: `${word} here`,
          embedding: vector,
          category: 'n',
          price: 1,
          stock: 1,
          live: true,
        };
        const df = [{ ...row, event_timestamp: new Date().toISOString() }];
        const written = await server.search({ feature_view_name: 'documents', df }, '/write-to-online-store');
        expect(written).toMatchObject({ status: 200 });
        const search = { features: FEATURES, top_k: 1 };
        const [byText, byVector] = await Promise.all([
          server.columns({ ...search, query_string: word }),
          server.columns({ ...search, query: vector }),
        ]);
        expect([byText.doc_id, byVector.doc_id, byVector.embedding]).toEqual([[id], [id], [vector]]);
      }
      const told = readdirSync(folder).flatMap((name) => {
        const path = join(folder, name, 'online-changes');
        return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
      });
      expect(told).toHaveLength(25);
    }
    expect(readdirSync(folder)).toEqual([]);
    rmdirSync(folder);
  });
});

describe('Redis', () => {
  it('is not searched, and never read through instead', async () => {
    await using redis = await RedisServer.start();
    const onlineStore = `online_store:\n  type: redis\n  connection_string: "${redis.connectionString()}"\n`;
    await using server = await SearchServer.start({ onlineStore });
    const client = new Redis(redis.port, { lazyConnect: true });
    await client.connect();
    await client.config('RESETSTAT');
    const vector = { features: FEATURES, query: [1, 0, 0, 0], top_k: 1 };
    const { query, ...text } = { ...vector, query_string: 'apple', api_version: 2 };
    const answers = [
      await server.search(vector),
      await server.search({ ...text, query }),
      await server.search(text),
    ];
    const commands = await client.info('commandstats');
    client.disconnect();
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([
        400,
        expect.stringMatching(/Redis.*cannot be indexed.*SQLite online store/),
      ]);
    }
    expect(commands.match(/cmdstat_(?!config|info|ping)\w+/g)).toBeNull();
  });
});
