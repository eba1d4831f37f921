import { decodeEntityKey, entityKeyPrefix } from '../../common/codec/entity-key.codec.js';
import type { FeatureValue } from '../../common/model/value.js';

/** The entity keys of documents, by join key. */
export interface DocumentKeys {
  readonly joinKeys: readonly string[];
  /** `values[document][key]` */
  readonly values: readonly (readonly FeatureValue[])[];
}

/**
 * Decodes the keys of documents of one view.
 *
 * Shape:  `joinKeys` are those of the view; the result has them in the order of the stored key.
 * Errors: CorruptDataError.
 */
export function decodeDocumentKeys(
  keys: readonly Uint8Array[],
  joinKeys: readonly string[],
  entityKeyVersion: number,
): DocumentKeys {
  const decoded = keys.map((key) => decodeEntityKey(selfDescribing(key, joinKeys, entityKeyVersion)));
  return { joinKeys: decoded[0]?.joinKeys ?? [], values: decoded.map(({ values }) => values) };
}

/** Before version 3 a key did not tell how long its names are: their part is that of any other key of the view. */
function selfDescribing(key: Uint8Array, joinKeys: readonly string[], version: number): Uint8Array {
  if (version >= 3) return key;
  const head = entityKeyPrefix(joinKeys, version);
  return Buffer.concat([entityKeyPrefix(joinKeys), key.subarray(head.length)]);
}

/**
 * Feast hands the features of document `k` to the row of the entity that is the `k`-th in the order of keys, whatever the
 * order of the documents: so ids and features of its answers do not belong together.
 *
 * Shape:  `rowOf[i]`: the document whose features stand in row `i`.
 * Source: the recordings of searches with more than one document.
 */
export function feastRows({ values }: DocumentKeys): Int32Array {
  const order = values.map((_, document) => document);
  order.sort((a, b) => compareKeys(values[a]!, values[b]!));
  const rowOf = new Int32Array(values.length);
  order.forEach((row, document) => {
    rowOf[row] = document;
  });
  return rowOf;
}

function compareKeys(a: readonly FeatureValue[], b: readonly FeatureValue[]): number {
  for (let at = 0; at < a.length; at++) {
    const order = compareValues(a[at]?.value, b[at]?.value);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const [x, y] = [a as number, b as number];
  return x < y ? -1 : x > y ? 1 : 0;
}
