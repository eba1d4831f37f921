import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseJsonDocument } from '../../src/common/codec/json-document.codec.js';
import type { JsonValue } from '../../src/common/model/json-value.js';
import { CHECKOUT } from './servers.js';

/** What Feast makes of columns of JSON in a column of a parquet file: see `make.py` beside the vectors. */
export interface RowVector {
  readonly type: string;
  /** Place of the column among all. */
  readonly index: number;
  readonly values: readonly JsonValue[];
  /** Undefined: stored. */
  readonly refused: string | undefined;
}

export const VECTOR_FOLDER = join(CHECKOUT, 'test/fixtures/offline-store/row-vectors');

type Document = ReadonlyMap<string, JsonValue>;

/** By type. */
export function rowVectors(): ReadonlyMap<string, readonly RowVector[]> {
  const document = parseJsonDocument(readFileSync(join(VECTOR_FOLDER, 'vectors.json'))) as Document;
  const columns = document.get('columns') as readonly (readonly JsonValue[])[];
  const types = document.get('types') as ReadonlyMap<string, Document>;
  return new Map(
    [...types].map(([type, recorded]) => {
      const outcomes = recorded.get('outcomes') as readonly Document[];
      const vectors = outcomes.map((outcome, index) => ({
        type,
        index,
        values: columns[index]!,
        refused: outcome.get('refused') as string | undefined,
      }));
      return [type, vectors];
    }),
  );
}

/** An integer beside a null that pandas would round, and what half floats and times of a day do not hold. */
export function isKeptOtherwise({ type, values }: RowVector): boolean {
  const [first, second] = values;
  const isRounded = first === 2 ** 53 + 1 || first === 2n ** 53n + 1n;
  if (isRounded && second === null && !/^(float|list|bool)/.test(type)) return true;
  const beyond = (limit: number): boolean =>
    values.some((value) => (typeof value === 'number' || typeof value === 'bigint') && Math.abs(Number(value)) >= limit);
  if (type === 'float16') return second !== null && beyond(65_520);
  if (!type.startsWith('time64')) return false;
  return values.some((value) => Number(value) < 0) || beyond(type.endsWith('ns') ? 86_400e9 : 86_400e6);
}
