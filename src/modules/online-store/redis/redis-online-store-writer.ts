import type { Redis } from 'ioredis';
import { CorruptDataError, UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { OnlineStoreWriter } from '../online-store-writer.js';
import { commandFailure, createRedisClient, runRedisCommands } from './redis-client.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import { RedisRows, type RedisWrite } from './redis-write-commands.js';
import { DAMAGED_TIME, NEWEST_ROW_SCRIPT, NEWEST_ROW_SHA } from './redis-write-script.js';

export interface RedisWriterOptions {
  readonly connection: RedisConnectionOptions;
  /** Counted anew for the whole hash by each row that is written. `null` or 0: keys do not expire. */
  readonly keyTtlSeconds: number | null;
  /** Writes everything as with the policy `last`. */
  readonly skipDedup: boolean;
}

/** What goes to the server at once. */
const CHUNK_WRITES = 500;
const CHUNK_BYTES = 1 << 20;
/** Some chunks. More gain nothing, and the rows have to be in memory. */
const BATCH_ROWS = 5000;
/** How often a script is loaded again that somebody removes from the server. */
const SCRIPT_LOADS = 3;

/** What has come of a batch so far. */
interface Progress {
  written: number;
  skipped: number;
  /** Rows whose stored event time, or whose key, is damaged: they stay as they are, the others are written. */
  damage: CorruptDataError | undefined;
}

type Replies = readonly (readonly [error: Error | null, reply: unknown])[];

/**
 * Writes rows to Redis as Feast does, except that what decides between two rows cannot be interleaved.
 *
 * Shape:  `newest`: of equal event times the first stays, and rows that are not after the epoch protect nothing.
 * Errors: besides those of the port, CorruptDataError when a key holds no hash or an event time that does not decode;
 *         the rows of all other keys are written nevertheless.
 * Source: spec/online-store-redis.md, Write.
 */
export class RedisOnlineStoreWriter extends OnlineStoreWriter {
  override readonly isFasterInKeyOrder = false;
  private readonly client: Redis;
  private readonly ttlSeconds: number;

  /** Errors: ConfigurationError when a file for TLS cannot be read. */
  constructor(private readonly options: RedisWriterOptions) {
    super();
    this.client = createRedisClient(options.connection);
    this.ttlSeconds = options.keyTtlSeconds ?? 0;
  }

  override async write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome> {
    const progress: Progress = { written: 0, skipped: 0, damage: undefined };
    const rows = new RedisRows(batch);
    if (this.options.skipDedup || batch.policy === 'last') {
      for (const chunk of chunks(rows.inOrder())) await this.writeInOrder(chunk, deadline, progress);
    } else {
      for (const chunk of chunks(rows.newestByKey(this.ttlSeconds))) {
        await this.writeNewest(chunk, deadline, progress);
      }
    }
    if (progress.damage) throw progress.damage;
    return { written: progress.written, skipped: progress.skipped };
  }

  override rowsPerBatch(): number {
    return BATCH_ROWS;
  }

  override close(): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }

  private async writeInOrder(
    chunk: readonly RedisWrite[],
    deadline: Deadline,
    progress: Progress,
  ): Promise<void> {
    const replies = await runRedisCommands(this.client, deadline, (client) => {
      const pipeline = client.pipeline();
      for (const { key, args } of chunk) {
        pipeline.hset(key, ...args);
        if (this.ttlSeconds !== 0) pipeline.expire(key, this.ttlSeconds);
      }
      return pipeline.exec();
    });
    for (const [error] of replies ?? []) if (error) noteFailure(error, progress);
    progress.written += chunk.length;
  }

  private async writeNewest(
    chunk: readonly RedisWrite[],
    deadline: Deadline,
    progress: Progress,
  ): Promise<void> {
    let pending = chunk;
    for (let load = 0; pending.length > 0; load++) {
      if (load > SCRIPT_LOADS)
        throw new UnavailableError('the online store (Redis) keeps losing its scripts');
      const replies = await this.callScript(pending, load > 0, deadline);
      pending = pending.filter((write, index) => {
        const [error, reply] = replies[index]!;
        if (error?.message.startsWith('NOSCRIPT') === true) return true;
        if (error) noteFailure(error, progress);
        else noteReply(Number(reply), write, progress);
        return false;
      });
    }
  }

  /** The reply to each write, in their order. */
  private async callScript(
    writes: readonly RedisWrite[],
    load: boolean,
    deadline: Deadline,
  ): Promise<Replies> {
    const replies = await runRedisCommands(this.client, deadline, (client) => {
      const pipeline = client.pipeline();
      if (load) pipeline.script('LOAD', NEWEST_ROW_SCRIPT);
      for (const { key, args } of writes) pipeline.evalsha(NEWEST_ROW_SHA, 1, key, ...args);
      return pipeline.exec();
    });
    if (!load) return replies ?? [];
    const loadError = replies?.[0]?.[0];
    if (loadError) throw commandFailure(loadError);
    return replies?.slice(1) ?? [];
  }
}

function noteReply(reply: number, write: RedisWrite, progress: Progress): void {
  if (reply === DAMAGED_TIME) {
    progress.damage ??= new CorruptDataError(
      'a stored event time in the online store (Redis) does not decode',
    );
    return;
  }
  progress.written += reply;
  progress.skipped += write.rowCount - reply;
}

/** A damaged key does not keep the others from being written; with any other failure the batch ends. */
function noteFailure(error: Error, progress: Progress): void {
  const failure = commandFailure(error);
  if (!(failure instanceof CorruptDataError)) throw failure;
  progress.damage ??= failure;
}

function* chunks(writes: Iterable<RedisWrite>): Generator<RedisWrite[]> {
  let chunk: RedisWrite[] = [];
  let bytes = 0;
  for (const write of writes) {
    chunk.push(write);
    bytes += write.args.reduce((sum, arg) => sum + arg.length, write.key.length);
    if (chunk.length < CHUNK_WRITES && bytes < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}
