import { DatabaseSync } from 'node:sqlite';
import { decodeValue } from '../../src/common/codec/value.codec.js';

/** What is stored of a document, read row by row. */
export type NaiveDocument = Readonly<Record<string, unknown>>;

/** The documents of the table `shop_documents` by id. */
export class NaiveStore {
  private readonly database: DatabaseSync;

  constructor(path: string) {
    this.database = new DatabaseSync(path, { timeout: 5000 });
  }

  documents(): ReadonlyMap<number, NaiveDocument> {
    const documents = new Map<number, Record<string, unknown>>();
    const rows = this.database.prepare('SELECT entity_key, feature_name, value FROM shop_documents').all();
    for (const { entity_key: key, feature_name: feature, value } of rows) {
      const id = Number(Buffer.from(key as Uint8Array).readBigInt64LE((key as Uint8Array).length - 8));
      const document = documents.get(id) ?? {};
      documents.set(id, document);
      document[String(feature)] = decodeValue(value as Uint8Array)?.value ?? null;
    }
    return documents;
  }

  close(): void {
    this.database.close();
  }
}

/** The ids of the nearest documents by L2, in double precision. */
export function nearestIds(
  documents: ReadonlyMap<number, NaiveDocument>,
  query: Float32Array,
  count: number,
): number[] {
  const squareOf = (vector: readonly number[]): number =>
    vector.reduce((sum, number, at) => sum + (number - query[at]!) ** 2, 0);
  return [...documents]
    .flatMap(([id, { embedding }]) => (Array.isArray(embedding) ? [{ id, square: squareOf(embedding) }] : []))
    .toSorted((a, b) => a.square - b.square)
    .slice(0, count)
    .map(({ id }) => id);
}

/** The ids of the documents that hold a word, in their order. */
export function idsWithWord(documents: ReadonlyMap<number, NaiveDocument>, word: string): number[] {
  return [...documents]
    .flatMap(([id, { content }]) => (String(content).split(' ').includes(word) ? id : []))
    .toSorted((a, b) => a - b);
}
