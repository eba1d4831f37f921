import { PRECOMPUTED_FEATURE, precomputedView } from '../../../common/model/precomputed-view.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driverKey } from '../../../../test/support/stored-rows.js';
import { CorruptDataError, InvalidValueError } from '../../../common/errors/errors.js';
import {
  decodeRedisTime,
  encodeRedisTime,
  redisField,
  redisKey,
  redisKeys,
  redisTimeField,
} from './redis-row.codec.js';

interface RedisVectors {
  readonly keys: readonly { name: string; project: string; redis_key_hex: string }[];
  readonly hash_fields: readonly { feature_view: string; feature: string; field_hex: string }[];
  readonly timestamps: readonly RedisTimeVector[];
  readonly row_example: { readonly key_hex: string; readonly hash: Readonly<Record<string, string>> };
}

interface RedisTimeVector {
  readonly name: string;
  readonly datetime: string;
  readonly value_hex: string;
  readonly seconds: number;
  readonly nanos: number;
  readonly read_back: string;
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../test/fixtures/spec/redis-vectors.json'), 'utf8'),
) as RedisVectors;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => Buffer.from(text, 'hex');
const decoded = (text: string) => decodeRedisTime(bytesOf(text), 0, text.length / 2);

/** `2026-03-01T10:00:00.123456+00:00` and the like; a time without a zone is UTC. */
function microsOf(isoTime: string): number {
  const [, whole = '', fraction = '', zone = 'Z'] =
    /^(.{19})(?:\.(\d{6}))?([+-]\d\d:\d\d)?$/.exec(isoTime) ?? [];
  return Date.parse(`${whole}${zone}`) * 1000 + Number(fraction);
}

describe('redisKey', () => {
  it.each(vectors.keys)('$name', ({ project, redis_key_hex }) => {
    const suffix = Buffer.from(project, 'utf8').length * 2;
    const entityKey = bytesOf(redis_key_hex.slice(0, -suffix));
    expect(hex(redisKey(entityKey, project))).toBe(redis_key_hex);
    expect(redisKeys([entityKey, entityKey], project).map(hex)).toEqual([redis_key_hex, redis_key_hex]);
  });

  it('is what the row example has', () => {
    expect(hex(redisKey(driverKey(1001), 'peer'))).toBe(vectors.row_example.key_hex);
  });

  it('is the same for one key and for many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.string({ unit: 'grapheme' }),
        (keys, project) => {
          expect(redisKeys(keys, project).map(hex)).toEqual(
            keys.map((key) => hex(key) + Buffer.from(project).toString('hex')),
          );
          for (const key of keys)
            expect(hex(redisKey(key, project))).toBe(hex(redisKeys([key], project)[0]!));
        },
      ),
    );
  });
});

describe('redisField', () => {
  it.each(vectors.hash_fields)('$feature_view:$feature', ({ feature_view, feature, field_hex }) => {
    expect(hex(redisField(feature_view, 0, feature))).toBe(field_hex);
  });

  it('has a vector with a version', () => {
    expect(vectors.hash_fields.some(({ feature_view }) => feature_view === 'driver_hourly_stats_v2')).toBe(
      true,
    );
    expect(hex(redisField('driver_hourly_stats', 2, 'conv_rate'))).toBe('bfac5cd4');
  });

  it('of precomputed vectors', () => {
    expect(hex(redisField(precomputedView('fraud_v1'), 0, PRECOMPUTED_FEATURE))).toBe('34a5bc86');
    expect(Buffer.from(redisTimeField(precomputedView('fraud_v1'), 0)).toString()).toBe(
      '_ts:__precomputed__fraud_v1',
    );
  });
});

describe('redisTimeField', () => {
  it('is text, with the version', () => {
    expect(hex(redisTimeField('stats', 0))).toBe('5f74733a7374617473');
    expect(vectors.row_example.hash).toHaveProperty(hex(redisTimeField('stats', 0)));
    expect(Buffer.from(redisTimeField('é', 12)).toString('utf8')).toBe('_ts:é_v12');
  });
});

describe('encodeRedisTime, decodeRedisTime', () => {
  it.each(vectors.timestamps)('$name', ({ datetime, value_hex, seconds, nanos, read_back }) => {
    const micros = microsOf(datetime);
    expect(micros).toBe(seconds * 1_000_000 + nanos / 1000);
    expect(hex(encodeRedisTime(micros))).toBe(value_hex);
    expect(decoded(value_hex)).toBe(microsOf(read_back));
  });

  it('reads the range it is given', () => {
    expect(decodeRedisTime(bytesOf('ffff08a09c90cd06108094ef3aff'), 2, 13)).toBe(1_772_359_200_123_456);
    expect(decodeRedisTime(bytesOf('ff'), 1, 1)).toBe(0);
  });

  it('writes and reads as a protobuf library does', () => {
    const micros = fc.integer({ min: -2_208_988_800_000_000, max: 4_294_967_295_999_999 });
    fc.assert(
      fc.property(micros, (time) => {
        const bytes = encodeRedisTime(time);
        const seconds = Math.floor(time / 1_000_000);
        const nanos = (time - seconds * 1_000_000) * 1000;
        expect(hex(bytes)).toBe(
          hex(toBinary(TimestampSchema, create(TimestampSchema, { seconds: BigInt(seconds), nanos }))),
        );
        expect(fromBinary(TimestampSchema, bytes)).toMatchObject({ seconds: BigInt(seconds), nanos });
        expect(decodeRedisTime(bytes, 0, bytes.length)).toBe(time);
      }),
    );
  });

  // As printed by Python 3: datetime.fromtimestamp(seconds + nanos / 1e9, tz=timezone.utc).
  it.each([
    [1772359200, 123456500, '2026-03-01T10:00:00.123456+00:00'],
    [1772359200, 123456900, '2026-03-01T10:00:00.123457+00:00'],
    [1772359200, 999999999, '2026-03-01T10:00:01+00:00'],
    [0, 500, '1970-01-01T00:00:00+00:00'],
    [0, 1500, '1970-01-01T00:00:00.000002+00:00'],
    [0, 2500, '1970-01-01T00:00:00.000002+00:00'],
    [-1, 999999000, '1969-12-31T23:59:59.999999+00:00'],
    [-5, 1, '1969-12-31T23:59:55+00:00'],
    [32503680000, 123456000, '3000-01-01T00:00:00.123455+00:00'],
    [253402300799, 999984000, '9999-12-31T23:59:59.999969+00:00'],
  ])('reads %i s and %i ns through a float, as Feast does', (seconds, nanos, text) => {
    const bytes = toBinary(TimestampSchema, create(TimestampSchema, { seconds: BigInt(seconds), nanos }));
    expect(decodeRedisTime(bytes, 0, bytes.length)).toBe(microsOf(text));
  });

  it('reads the last microsecond of the year 9999, which Feast cannot', () => {
    const bytes = encodeRedisTime(253_402_300_799_000_000);
    expect(decodeRedisTime(bytes, 0, bytes.length)).toBe(253_402_300_799_000_000);
    const last = toBinary(
      TimestampSchema,
      create(TimestampSchema, { seconds: 253_402_300_799n, nanos: 999_999_000 }),
    );
    expect(decodeRedisTime(last, 0, last.length)).toBe(253_402_300_799_000_000 + 999_999);
  });

  it('passes over fields that it does not know', () => {
    expect(decoded('1a03ffffff08a09c90cd062501020304')).toBe(1_772_359_200_000_000);
  });

  it.each([
    ['cut off in a number', '08a09c90cd'],
    ['cut off after a tag', '08'],
    ['a number of eleven bytes', '08ffffffffffffffffffff01'],
    ['a length beyond the end', '1aff01'],
    ['field number 0', '0001'],
    ['text', hex(Buffer.from('2026-03-01'))],
    ['after the year 9999', '088083d1ffaf07'],
    ['before the year 1', '08ff91b8c398feffffff01'],
    ['before the year 1 by its fraction', '08ff91b8c398feffffff011080cab5ee01'],
    ['far out', '08ffffffffffffffff7f'],
    ['over the end by its fraction', '08ff82d1ffaf07108094ebdc03'],
  ])('refuses %s', (_why, text) => {
    expect(() => decoded(text)).toThrow(CorruptDataError);
  });

  it('never fails in another way, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        let outcome: unknown;
        try {
          outcome = decodeRedisTime(bytes, 0, bytes.length);
        } catch (error) {
          outcome = error;
        }
        expect(Number.isFinite(outcome) || outcome instanceof CorruptDataError).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([[Number.NaN], [Infinity], [0.5], [253_402_300_800_000_000], [-62_135_596_800_000_064]])(
    'does not write %d',
    (micros) => {
      expect(() => encodeRedisTime(micros)).toThrow(InvalidValueError);
    },
  );

  it('writes the first and the last second', () => {
    expect(hex(encodeRedisTime(-62_135_596_800_000_000))).toBe('088092b8c398feffffff01');
    expect(decoded(hex(encodeRedisTime(-62_135_596_800_000_000)))).toBe(-62_135_596_800_000_000);
  });
});
