import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeValue } from '../../../common/codec/value.codec.js';
import { CorruptDataError } from '../../../common/errors/errors.js';
import { ValueType } from '../../../common/model/value.js';
import { PrecomputedFeatureVectorSchema } from '../../../generated/feast/core/PrecomputedFeatureVector_pb.js';
import { decodePrecomputedVector } from './precomputed-vector.codec.js';

/** Written by the general protobuf library, from the same contract. */
function storedVector(): Uint8Array {
  const vector = create(PrecomputedFeatureVectorSchema, {
    featureNames: ['stats__conv', 'stats__trips'],
    values: [{ val: { case: 'doubleVal', value: 0.5 } }, {}],
    fvTimestamps: [
      { featureViewName: 'stats', eventTimestamp: { seconds: 1_772_359_200n, nanos: 123_456_000 } },
    ],
    precomputedAt: timestampFromMs(1_772_359_260_000),
  });
  return encodeValue({ type: ValueType.BYTES, value: toBinary(PrecomputedFeatureVectorSchema, vector) });
}

function failureOf(decode: () => unknown): unknown {
  try {
    decode();
    return undefined;
  } catch (error) {
    return error;
  }
}

const isTypedOrNone = (failure: unknown): boolean =>
  failure === undefined || failure instanceof CorruptDataError;

describe('decodePrecomputedVector', () => {
  it('reads names, values and times', () => {
    const vector = decodePrecomputedVector(storedVector());
    expect(vector?.names).toEqual(['stats__conv', 'stats__trips']);
    expect(vector?.values.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual([
      '29000000000000e03f',
      '',
    ]);
    expect([...(vector?.eventTimesMicros ?? [])]).toEqual([['stats', 1_772_359_200_123_456]]);
    expect(vector?.builtAtMicros).toBe(1_772_359_260_000_000);
  });

  it('takes a stored null for no vector', () => {
    expect(decodePrecomputedVector(new Uint8Array())).toBeUndefined();
  });

  it('refuses a value that is no vector', () => {
    expect(() => decodePrecomputedVector(encodeValue({ type: ValueType.INT64, value: 1 }))).toThrow(
      CorruptDataError,
    );
  });

  it('ends in a typed error on damaged bytes', () => {
    const good = storedVector();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const bytes = cut ? good.slice(0, at) : good.slice();
        if (!cut) bytes[at] = byte;
        expect(failureOf(() => decodePrecomputedVector(bytes))).toSatisfy(isTypedOrNone);
      }),
    );
  });
});
