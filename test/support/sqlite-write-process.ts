import { Deadline } from '../../src/common/model/deadline.js';
import type { WriteBatch } from '../../src/common/model/write-batch.js';
import { SqliteOnlineStoreWriter } from '../../src/modules/online-store/sqlite/sqlite-online-store-writer.js';
import { eventTimeBatch, readFeastRows } from './feast-sqlite-rows.js';
import { SeededRandom } from './random.js';
import { driverKey, int64Value } from './stored-rows.js';

/*
 * A process with a SQLite writer:
 *   event-times PATH FILE                   writes the event times that Feast wrote, as they stand in the file
 *   shuffle PATH SEED ROUNDS DRIVERS TIMES  in each round, into a view of its own, the times 0 to TIMES of every driver
 *                                           in an order of its own, in batches of some size
 *   stream PATH ROWS FIRST                  batch after batch of so many rows, all with the number of the batch, from
 *                                           FIRST on; says each number when it is stored
 *   one PATH [UID]                          a single row, as this user; says "stored", or the error
 */

const PATIENCE_MS = 60_000;
const SECOND = 1_000_000;
const EVENT_TIME_MICROS = 1_772_359_200_000_000;

const [verb, path = '', ...rest] = process.argv.slice(2);
const [first = 0, second = 0, third = 0, fourth = 0] = rest.map(Number);
const writer = new SqliteOnlineStoreWriter({
  path,
  journalMode: 'keep',
  vectorEnabled: false,
  enableOpenaiCompatibleStore: false,
});

interface Row {
  readonly driver: number;
  readonly time: number;
}

/** Both features hold the time. */
function batchOf(viewName: string, rows: readonly Row[]): WriteBatch {
  const values = rows.map(({ time }) => int64Value(time));
  return {
    project: 'p',
    viewName,
    version: 0,
    features: ['a', 'b'],
    keys: rows.map(({ driver }) => driverKey(driver)),
    values: [values, values],
    eventTimesMicros: rows.map(({ time }) => EVENT_TIME_MICROS + time * SECOND),
    createdTimesMicros: undefined,
    policy: 'newest',
  };
}

async function shuffle(seed: number, rounds: number, drivers: number, times: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const random = new SeededRandom(seed + round);
    const rows = Array.from({ length: drivers * times }, (_, index) => ({
      driver: index % drivers,
      time: Math.floor(index / drivers),
      rank: random.next(),
    })).toSorted((a, b) => a.rank - b.rank);
    for (let from = 0; from < rows.length;) {
      const end = from + random.integer(1, 5);
      await writer.write(batchOf(`round${round}`, rows.slice(from, end)), Deadline.after(PATIENCE_MS));
      from = end;
    }
  }
}

async function stream(rowCount: number, firstTime: number): Promise<void> {
  for (let time = firstTime; ; time++) {
    const rows = Array.from({ length: rowCount }, (_, driver) => ({ driver, time }));
    await writer.write(batchOf('stats', rows), Deadline.after(PATIENCE_MS));
    process.stdout.write(`${time}\n`);
  }
}

async function one(user: string | undefined): Promise<void> {
  if (user !== undefined) process.setuid?.(Number(user));
  const said = await writer
    .write(batchOf('stats', [{ driver: 1, time: 1 }]), Deadline.after(PATIENCE_MS))
    .then(
      () => 'stored',
      (error: unknown) => String(error),
    );
  process.stdout.write(`${said}\n`);
}

async function eventTimes(file: string): Promise<void> {
  await writer.write(eventTimeBatch(readFeastRows(file)), Deadline.after(PATIENCE_MS));
}

if (verb === 'event-times') await eventTimes(rest[0] ?? '');
else if (verb === 'shuffle') await shuffle(first, second, third, fourth);
else if (verb === 'stream') await stream(first, second);
else if (verb === 'one') await one(rest[0]);
else throw new Error(`unknown verb ${verb}`);
await writer.close();
