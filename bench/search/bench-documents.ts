import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { SeededRandom } from '../../test/support/random.ts';
import { SALVER } from '../../test/support/servers.ts';
import { BENCH_FOLDER } from '../bench-folder.ts';

export const LENGTH = 128;

const YAML = `project: bench
registry: data/registry.db
provider: local
online_store:
  type: sqlite
  path: data/online_store.db
  vector_enabled: true
  text_search_enabled: true
  enable_openai_compatible_store: true
entity_key_serialization_version: 3
`;

const DEFINITIONS = `import { days, entity, featureView, fileSource, float32, float64, int64, list, string } from 'salver';

export const doc = entity({ name: 'doc', joinKey: 'doc_id', type: int64 });
const source = fileSource({ name: 'source', path: 'data/documents.parquet', timestampField: 'event_timestamp' });
export const documents = featureView({
  name: 'documents',
  entities: [doc],
  ttl: days(1),
  schema: {
    embedding: list(float32, { vectorIndex: true, vectorLength: ${LENGTH}, vectorSearchMetric: 'L2' }),
    content: string,
    category: string,
    price: float64,
  },
  source,
});
`;

const WORDS = [
  'red',
  'green',
  'blue',
  'apple',
  'pie',
  'sky',
  'car',
  'river',
  'stone',
  'cloud',
  'engine',
  'paper',
];

/** A repo with so many documents in a SQLite store, made by our own apply and by plain SQL. */
export function benchDocuments(count: number, random: SeededRandom): string {
  const repo = join(BENCH_FOLDER, `search-${count}`);
  rmSync(repo, { recursive: true, force: true });
  mkdirSync(join(repo, 'data'), { recursive: true });
  writeFileSync(join(repo, 'feature_store.yaml'), YAML);
  writeFileSync(join(repo, 'salver.yaml'), 'read_semantics: precise\n');
  writeFileSync(join(repo, 'definitions.ts'), DEFINITIONS);
  execFileSync(SALVER, ['-c', repo, 'apply', '--yes', '--skip-source-validation'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  fill(join(repo, 'data/online_store.db'), count, random);
  return repo;
}

function fill(path: string, count: number, random: SeededRandom): void {
  const database = new DatabaseSync(path);
  const insert = database.prepare(
    'INSERT INTO bench_documents (entity_key, feature_name, value, event_ts) VALUES (?, ?, ?, 1772359200)',
  );
  database.exec('PRAGMA synchronous=OFF; BEGIN');
  for (let id = 0; id < count; id++) {
    const key = documentKey(id);
    const content = Array.from({ length: random.integer(3, 30) }, () => random.pick(WORDS)).join(' ');
    insert.run(key, 'embedding', vectorValue(randomVector(random)));
    insert.run(key, 'content', textValue(content));
    insert.run(key, 'category', textValue(random.pick(['a', 'b', 'c', 'd'])));
    insert.run(key, 'price', doubleValue(random.integer(0, 1000)));
  }
  database.exec('COMMIT');
  database.close();
}

/** The entity key of `doc_id`, version 3. */
export function documentKey(id: number): Uint8Array {
  const value = Buffer.alloc(8);
  value.writeBigInt64LE(BigInt(id));
  const head = Buffer.from(
    '01000000' + '02000000' + '06000000' + '646f635f6964' + '04000000' + '08000000',
    'hex',
  );
  return Buffer.concat([head, value]);
}

export function randomVector(random: SeededRandom): number[] {
  return Array.from({ length: LENGTH }, () => Math.fround(random.next() * 2 - 1));
}

/** A Value protobuf with a list of floats. */
export function vectorValue(vector: readonly number[]): Uint8Array {
  const packed = Buffer.from(Float32Array.from(vector).buffer);
  const list = Buffer.concat([Buffer.from([0x0a]), varint(packed.length), packed]);
  return Buffer.concat([Buffer.from([0x82, 0x01]), varint(list.length), list]);
}

function textValue(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x12]), varint(bytes.length), bytes]);
}

function doubleValue(number: number): Uint8Array {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x29;
  bytes.writeDoubleLE(number, 1);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
