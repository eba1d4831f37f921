import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { OnlineStoreWriter } from '../online-store-writer.js';
import { DeadlineWatch } from './deadline-watch.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import { redisTimeout } from './redis-failure.js';
import { RedisSocket } from './redis-socket.js';
import { RedisRows } from './redis-rows.js';
import { redisTlsOptions } from './redis-tls.js';
import { HsetCommands, ScriptCommands } from './redis-write-commands.js';
import { WriteExchange } from './write-exchange.js';

export interface RedisWriterOptions {
  readonly connection: RedisConnectionOptions;
  /** Counted anew for the whole hash by each row that is written. `null` or 0: keys do not expire. */
  readonly keyTtlSeconds: number | null;
  /** Writes everything as with the policy `last`. */
  readonly skipDedup: boolean;
}

/** Some parts of an exchange. More gain nothing, and the rows have to be in memory. */
const BATCH_ROWS = 5000;
/** A connection that owes a reply and is silent for so long is given up. */
const REPLY_TIMEOUT_MS = 5000;
const HEARTBEAT_MS = 10_000;

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
  private readonly socket: RedisSocket;
  private readonly watch = new DeadlineWatch<WriteExchange>((exchange) => exchange.fail(redisTimeout()));
  private readonly ttlSeconds: number;

  /** Errors: ConfigurationError when a file for TLS cannot be read. */
  constructor(private readonly options: RedisWriterOptions) {
    super();
    const { connection } = options;
    // Here only to see whether they can be read.
    if (connection.tls !== null) redisTlsOptions(connection.tls, connection.host);
    this.socket = new RedisSocket(connection, {
      replyTimeoutMs: connection.replyTimeoutMs ?? REPLY_TIMEOUT_MS,
      heartbeatMs: HEARTBEAT_MS,
    });
    this.ttlSeconds = options.keyTtlSeconds ?? 0;
  }

  override async write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome> {
    const rows = new RedisRows(batch);
    const overwrites = this.options.skipDedup || batch.policy === 'last';
    const commands = overwrites
      ? new HsetCommands(rows, this.ttlSeconds)
      : new ScriptCommands(rows, this.ttlSeconds);
    if (deadline.expired) throw redisTimeout();
    const exchange = new WriteExchange(commands);
    this.watch.add(exchange, deadline);
    this.socket.submit(exchange);
    try {
      await exchange.done;
    } catch (error) {
      // The name may lead to the new primary.
      if (exchange.metReplica) this.socket.reopen(error);
      throw error;
    } finally {
      this.watch.delete(exchange);
    }
    if (commands.damage) throw commands.damage;
    return { written: commands.written, skipped: batch.keys.length - commands.written };
  }

  override rowsPerBatch(): number {
    return BATCH_ROWS;
  }

  override close(): Promise<void> {
    this.socket.close(new UnavailableError('the online store (Redis) is closed'));
    this.watch.close();
    return Promise.resolve();
  }
}
