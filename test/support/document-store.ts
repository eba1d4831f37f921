import { encodeValue } from '../../src/common/codec/value.codec.js';
import { type FeatureValue, ValueType } from '../../src/common/model/value.js';
import type { WriteBatch } from '../../src/common/model/write-batch.js';
import { Deadline } from '../../src/common/model/deadline.js';
import type { DocumentQuery, SearchedView } from '../../src/modules/online-store/document-search.js';
import type { CommitNotices } from '../../src/modules/online-store/sqlite/notices/commit-notices.js';
import { SqliteOnlineStoreWriter } from '../../src/modules/online-store/sqlite/sqlite-online-store-writer.js';
import { SeededRandom } from './random.js';
import { driverKey, EVENT_TIME_MICROS } from './stored-rows.js';

/* Documents of one view in a SQLite file, as Salver's own writer stores them. */

export const LENGTH = 16;
const FEATURES = ['embedding', 'content', 'category', 'price', 'live'];

export const DOCUMENTS: SearchedView = {
  project: 'shop',
  viewName: 'documents',
  version: 0,
  vector: { feature: 'embedding', length: LENGTH },
  textFeatures: ['content', 'category'],
};

export interface StoredDocument {
  readonly id: number;
  /** Null for a document without a vector. */
  readonly vector: readonly number[] | null;
  readonly content: string | null;
  readonly category: string;
  readonly price: number | null;
  readonly live: boolean;
}

const WORDS = [
  'red',
  'green',
  'blue',
  'apple',
  'pie',
  'sky',
  'car',
  'running',
  'runner',
  'über',
  '東京',
  'Oslo',
];

export function randomDocument(random: SeededRandom, id: number): StoredDocument {
  return {
    id,
    vector: Array.from({ length: LENGTH }, () => Math.fround(random.next() * 2 - 1)),
    content: Array.from({ length: random.integer(1, 6) }, () => random.pick(WORDS)).join(' '),
    category: random.pick(['a', 'b', 'c']),
    price: random.chance(0.1) ? null : random.integer(0, 100) / 4,
    live: random.chance(0.5),
  };
}

/** Writes documents as `/push` and materialization do. */
export async function writeDocuments(path: string, documents: readonly StoredDocument[]): Promise<void> {
  const writer = documentWriter(path);
  await writer.write(documentBatch(documents), Deadline.after(60_000));
  await writer.close();
}

/** `notices`: it tells those that search what it changes. */
export function documentWriter(path: string, notices?: CommitNotices): SqliteOnlineStoreWriter {
  const options = {
    path,
    journalMode: 'keep',
    vectorEnabled: true,
    enableOpenaiCompatibleStore: true,
  } as const;
  return new SqliteOnlineStoreWriter(options, undefined, notices);
}

export function documentBatch(documents: readonly StoredDocument[]): WriteBatch {
  const column = (valueOf: (document: StoredDocument) => FeatureValue): Uint8Array[] =>
    documents.map((document) => encodeValue(valueOf(document)));
  return {
    project: DOCUMENTS.project,
    viewName: DOCUMENTS.viewName,
    version: 0,
    features: FEATURES,
    keys: documents.map(({ id }) => driverKey(id)),
    values: [
      column(({ vector }) => vector && { type: ValueType.FLOAT_LIST, value: vector }),
      column(({ content }) => (content === null ? null : { type: ValueType.STRING, value: content })),
      column(({ category }) => ({ type: ValueType.STRING, value: category })),
      column(({ price }) => (price === null ? null : { type: ValueType.DOUBLE, value: price })),
      column(({ live }) => ({ type: ValueType.BOOL, value: live })),
    ],
    eventTimesMicros: documents.map(() => EVENT_TIME_MICROS),
    createdTimesMicros: undefined,
    vectorLength: LENGTH,
    policy: 'last',
  };
}

export function documentQuery(query: Partial<DocumentQuery>): DocumentQuery {
  return {
    view: DOCUMENTS,
    vector: undefined,
    metric: 'l2',
    text: undefined,
    filter: undefined,
    filterTime: 'before',
    topK: 10,
    ...query,
  };
}

/** The ids of the keys that a search found. */
export function idsOf(keys: readonly Uint8Array[]): number[] {
  return keys.map((key) => Number(Buffer.from(key).readBigInt64LE(key.length - 8)));
}
