import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseJsonDocument } from '../../src/common/codec/json-document.codec.js';
import { jsonText } from '../../src/common/codec/json-text.js';
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

/** An integer beside a null that pandas makes a float, and so another number: Salver stores the one that was sent. */
export function isStoredExactly({ type, values: [first, second] }: RowVector): boolean {
  return first === 2n ** 53n + 1n && second === null && !/^(float|list|bool)/.test(type);
}

/** Integers that half floats make infinite, and times that are outside of a day, which Python cannot read. */
export function isRefusedHere({ type, values }: RowVector): boolean {
  const beyond = (limit: number): boolean =>
    values.some(
      (value) => (typeof value === 'number' || typeof value === 'bigint') && Math.abs(Number(value)) >= limit,
    );
  if (type === 'float16') return values[1] !== null && beyond(65_520);
  if (!type.startsWith('time64')) return false;
  return values.some((value) => Number(value) < 0) || beyond(type.endsWith('ns') ? 86_400e9 : 86_400e6);
}

/** Columns that Feast refuses although nothing of them would be lost: Salver stores them. By type and by JSON. */
const TAKEN_TOO: readonly (readonly [RegExp, RegExp])[] = [
  // NaN is null, and integers beside a null stay integers.
  [/./, /^\[NaN\]$/],
  [/^(time|duration)/, /^\[\d+, null\]$/],
  // Integers that the type holds exactly.
  [/^(float|list_float)/, /^\[+-?\d+(, -1)?\]+$/],
  [/^(bool|(large_)?string|decimal)/, /^\[\d{19,}(, -1)?\]$/],
  [/^decimal_(9_2|18_4)$/, /^\[-?\d+(, -1)?\]$/],
  // Texts of times of day and of UUIDs, which Feast cannot write at all; zeros that the unit does not hold.
  [/^time\d/, /^\["\d\d:\d\d[\d:.]*"\]$/],
  [/^time32/, /^\[\d+\]$/],
  [/^uuid$/, /^\["550e8400/],
  [/^timestamp_.*_(utc|newyork)/, /\.123000000Z"\]$/],
  // Parquet does not say that they are a dictionary or a duration.
  [/^dict_string$/, /^\[[^"]*\]$/],
  [/^duration/, /./],
  [/^map/, /^\[\{.*\}\]$/],
];

export function isTakenToo({ type, values }: RowVector): boolean {
  const text = jsonText(values);
  return TAKEN_TOO.some(([types, texts]) => types.test(type) && texts.test(text));
}
