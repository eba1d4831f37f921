import { compileEntityKey } from '../../src/common/codec/entity-key.codec.ts';
import { encodeValue } from '../../src/common/codec/value.codec.ts';
import { type FeatureValue, ValueType } from '../../src/common/model/value.ts';
import type { WriteBatch } from '../../src/common/model/write-batch.ts';

/* Rows of the shop repo as Salver writes them. */

const PROJECT = 'shop';
const KEY_VERSION = 3;

export interface Pair {
  readonly customer: number;
  readonly product: string;
}

/** A row of the view `customer_product`. */
export interface PairRow extends Pair {
  readonly affinity: number | null;
  readonly bought: number | null;
  readonly micros: number;
}

export function pairBatch(rows: readonly PairRow[]): WriteBatch {
  const keys = compileEntityKey(['customer_id', 'product_code'], KEY_VERSION).encode(
    [
      { type: ValueType.INT64, values: rows.map(({ customer }) => customer) },
      { type: ValueType.STRING, values: rows.map(({ product }) => product) },
    ],
    rows.map((_, row) => row),
  );
  const values: readonly FeatureValue[][] = [
    rows.map(({ affinity }) => (affinity === null ? null : { type: ValueType.DOUBLE, value: affinity })),
    rows.map(({ bought }) => (bought === null ? null : { type: ValueType.INT64, value: bought })),
  ];
  const times = rows.map(({ micros }) => micros);
  return batch('customer_product', { features: ['affinity', 'bought'], keys, values, times });
}

/** One row of the view `customer_profile`. */
export function profileBatch(
  customer: number,
  profile: Readonly<Record<string, FeatureValue>>,
  micros: number,
): WriteBatch {
  const keys = compileEntityKey(['customer_id'], KEY_VERSION).encode(
    [{ type: ValueType.INT64, values: [customer] }],
    [0],
  );
  const values = Object.values(profile).map((value) => [value]);
  return batch('customer_profile', { features: Object.keys(profile), keys, values, times: [micros] });
}

interface Columns {
  readonly features: readonly string[];
  readonly keys: readonly Uint8Array[];
  readonly values: readonly (readonly FeatureValue[])[];
  readonly times: readonly number[];
}

function batch(viewName: string, { features, keys, values, times }: Columns): WriteBatch {
  return {
    project: PROJECT,
    viewName,
    version: 0,
    features,
    keys,
    values: values.map((column) => column.map((value) => encodeValue(value))),
    eventTimesMicros: times,
    createdTimesMicros: undefined,
    policy: 'newest',
  };
}
