import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { driverKey, int64Value } from '../../../../test/support/stored-rows.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { RedisOnlineStoreWriter } from './redis-online-store-writer.js';

const SECOND = 1_000_000;
const NANOS_PER_MICRO = 1000n;
const TIME_FIELD = Buffer.from('_ts:stats');
const FEATURES = ['conv', 'trips'];
/** spec/redis-vectors.json */
const CONV_FIELD = '9173c7dc';
const TRIPS_FIELD = 'eb342a65';

let server: RedisServer;
let writer: RedisOnlineStoreWriter;

beforeAll(async () => {
  server = await RedisServer.start();
  writer = new RedisOnlineStoreWriter({
    connection: server.connection(),
    keyTtlSeconds: null,
    skipDedup: false,
  });
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(async () => {
  await writer.close();
  await server.stop();
});

interface Row {
  readonly driver: number;
  readonly micros: number;
  readonly value: number;
}

function batchOf(rows: readonly Row[], policy: WriteBatch['policy'] = 'newest'): WriteBatch {
  const values = rows.map(({ value }) => int64Value(value));
  return {
    project: 'peer',
    viewName: 'stats',
    version: 0,
    features: FEATURES,
    keys: rows.map(({ driver }) => driverKey(driver)),
    values: [values, values],
    eventTimesMicros: rows.map(({ micros }) => micros),
    createdTimesMicros: undefined,
    policy,
  };
}

const hashKey = (driver: number) => Buffer.concat([driverKey(driver), Buffer.from('peer')]);

interface Stored {
  readonly nanos: bigint;
  readonly value: string;
}

async function storedRow(driver: number): Promise<Stored | undefined> {
  const hash = await server.hash(hashKey(driver));
  const time = hash[TIME_FIELD.toString('hex')];
  if (time === undefined) return undefined;
  expect(hash[CONV_FIELD]).toBe(hash[TRIPS_FIELD]);
  const { seconds, nanos } = fromBinary(TimestampSchema, Buffer.from(time, 'hex'));
  return { nanos: seconds * 1_000_000_000n + BigInt(nanos), value: hash[TRIPS_FIELD]! };
}

const valueHex = (value: number) => Buffer.from(int64Value(value)).toString('hex');

/** The rules as the specification tells them, one row after the other. */
class FeastModel {
  private readonly rows = new Map<number, Stored>();

  put(driver: number, stored: Stored): void {
    this.rows.set(driver, stored);
  }

  get(driver: number): Stored | undefined {
    return this.rows.get(driver);
  }

  write(rows: readonly Row[], policy: WriteBatch['policy']): WriteOutcome {
    let written = 0;
    const before = new Map([...this.rows].map(([driver, { nanos }]) => [driver, nanos]));
    const queued = new Map<number, bigint>();
    for (const { driver, micros, value } of rows) {
      const nanos = BigInt(micros) * NANOS_PER_MICRO;
      const latest = [0n, before.get(driver) ?? 0n, queued.get(driver) ?? 0n].reduce((a, b) =>
        a > b ? a : b,
      );
      if (policy === 'newest' && latest !== 0n && nanos <= latest) continue;
      const newestQueued = queued.get(driver);
      if (newestQueued === undefined || nanos > newestQueued) queued.set(driver, nanos);
      this.rows.set(driver, { nanos, value: valueHex(value) });
      written++;
    }
    return { written, skipped: rows.length - written };
  }
}

/** Times that lie close together, around the epoch, around a second, and far out. */
const micros = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -3, max: 3 }).map((offset) => 1_772_359_200 * SECOND + offset),
  fc.integer({ min: -2, max: 2 }).map((seconds) => (1_772_359_200 + seconds) * SECOND),
  fc.constantFrom(-62_135_596_800 * SECOND, 253_402_300_799 * SECOND, -SECOND, SECOND, 2 ** 32 * SECOND),
);
const row = fc.record({
  driver: fc.integer({ min: 0, max: 2 }),
  micros,
  value: fc.integer({ min: 0, max: 300 }),
});
const batch = fc.record({
  rows: fc.array(row, { maxLength: 8 }),
  policy: fc.constantFrom('newest' as const, 'newest' as const, 'newest' as const, 'last' as const),
});
/** What somebody else may have stored: any nanoseconds. */
const present = fc.dictionary(
  fc.constantFrom('0', '1', '2'),
  fc.record({
    seconds: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constant(1_772_359_200), fc.constant(2 ** 40)),
    nanos: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 999_999_999 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    ),
  }),
);

describe('random batches', () => {
  it('leave what the rules say, and are counted as they say', async () => {
    await fc.assert(
      fc.asyncProperty(present, fc.array(batch, { minLength: 1, maxLength: 5 }), async (stored, batches) => {
        await server.client.flushall();
        const model = new FeastModel();
        for (const [driver, { seconds, nanos }] of Object.entries(stored)) {
          const time = create(TimestampSchema, { seconds: BigInt(seconds), nanos });
          const value = Buffer.from(int64Value(999));
          await server.client.hset(
            hashKey(Number(driver)),
            new Map([
              [TIME_FIELD, Buffer.from(toBinary(TimestampSchema, time))],
              [Buffer.from(CONV_FIELD, 'hex'), value],
              [Buffer.from(TRIPS_FIELD, 'hex'), value],
            ]),
          );
          model.put(Number(driver), {
            nanos: BigInt(seconds) * 1_000_000_000n + BigInt(nanos),
            value: value.toString('hex'),
          });
        }
        for (const { rows, policy } of batches) {
          const outcome = await writer.write(batchOf(rows, policy), Deadline.after(10_000));
          expect(outcome).toEqual(model.write(rows, policy));
        }
        for (const driver of [0, 1, 2]) expect(await storedRow(driver)).toEqual(model.get(driver));
      }),
      { numRuns: 300 },
    );
  });
});
