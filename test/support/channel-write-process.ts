import { ChannelClient } from '../../src/common/channel/channel-client.js';
import { Deadline } from '../../src/common/model/deadline.js';
import { createServingOnlineStoreWriter } from '../../src/modules/online-store/online-store-writer-factory.js';
import { SeededRandom } from './random.js';
import { driverKey, int64Value } from './stored-rows.js';
import { SECOND, T1 } from './trip-rows.js';

/*
 * A process that writes through the writer process: ADDRESS PATH SEED DRIVERS CONCURRENCY
 * Random drivers get random times, in seconds after T1, each of which it says when it is stored:
 * `DRIVER TIME`; `failed MESSAGE` for what it was refused. It ends when its input does.
 */

const PATIENCE_MS = 20_000;

const [address = '', path = '', ...rest] = process.argv.slice(2);
const [seed = 0, drivers = 1, concurrency = 1] = rest.map(Number);
const random = new SeededRandom(seed);
const channel = new ChannelClient(address, { maxWaitingBytes: 1 << 24 });
const onlineStore = {
  type: 'sqlite',
  path,
  writtenPath: path,
  vectorEnabled: false,
  similarity: null,
  textSearchEnabled: false,
  enableOpenaiCompatibleStore: false,
} as const;
const writer = createServingOnlineStoreWriter({ onlineStore }, { sqlite: { journalMode: 'keep' } }, channel);

let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();

async function write(): Promise<void> {
  const driver = random.integer(0, drivers - 1);
  // Whatever the order in which they come, the largest has to stay.
  const time = random.integer(1, 1_000_000);
  const values = [int64Value(time)];
  const batch = {
    project: 'p',
    viewName: 'stats',
    version: 0,
    features: ['a', 'b'],
    keys: [driverKey(driver)],
    values: [values, values],
    eventTimesMicros: [T1 + time * SECOND],
    createdTimesMicros: undefined,
    policy: 'newest',
  } as const;
  try {
    await writer.write(batch, Deadline.after(PATIENCE_MS));
    process.stdout.write(`${driver} ${time}\n`);
  } catch (error) {
    process.stdout.write(`failed ${String(error)}\n`);
  }
}

async function stream(): Promise<void> {
  while (!isOver) await write();
}

await Promise.all(Array.from({ length: concurrency }, stream));
await writer.close();
channel.close();
