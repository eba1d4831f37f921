import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { ReadPlan } from '../../../common/model/read-plan.js';
import { type CellSink, OnlineStore, type OnlineStoreCapabilities } from '../online-store.js';
import { CommandExchange } from './command-exchange.js';
import { DeadlineWatch } from './deadline-watch.js';
import type { Exchange } from './exchange.js';
import { HashFields } from './hash-fields.js';
import { type EntityKeys, groupHashes, type HashGroup } from './hash-groups.js';
import { HashRead } from './hash-read.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import { redisReplyFailure, redisTimeout } from './redis-failure.js';
import { RedisSocket } from './redis-socket.js';

export interface RedisOnlineStoreOptions {
  readonly connection: RedisConnectionOptions;
  /** Connections that reads are spread over. */
  readonly connections?: number;
  /** After so long without traffic the server is asked whether it is there. */
  readonly heartbeatMs?: number;
}

const DEFAULT_CONNECTIONS = 1;
const DEFAULT_HEARTBEAT_MS = 10_000;
const DEFAULT_REPLY_TIMEOUT_MS = 5000;
/** Which views share entities may differ from read to read of one plan: so many such cases are remembered. */
const MAX_KNOWN_FIELDS = 64;

/**
 * The hashes that Feast keeps in Redis, one per entity: read side.
 *
 * A field that is there without bytes is reported as a null, one that is not there is not reported. What has no event
 * time but values is a row of the epoch.
 *
 * Source: spec/online-store-redis.md.
 */
export class RedisOnlineStore extends OnlineStore {
  override readonly capabilities: OnlineStoreCapabilities = {
    timeResolutionMicros: 1,
    atomicOverViews: false,
    tellsAbsentFromNull: false,
  };

  private readonly sockets: readonly RedisSocket[];
  private readonly fields = new WeakMap<ReadPlan, Map<string, HashFields>>();
  private readonly watch = new DeadlineWatch<Exchange>((exchange) => exchange.fail(redisTimeout()));
  private isClosed = false;

  constructor(options: RedisOnlineStoreOptions) {
    super();
    const { connection, connections = DEFAULT_CONNECTIONS } = options;
    const times = {
      replyTimeoutMs: connection.replyTimeoutMs ?? DEFAULT_REPLY_TIMEOUT_MS,
      heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
    };
    this.sockets = Array.from({ length: connections }, () => new RedisSocket(connection, times));
  }

  override read(plan: ReadPlan, keys: EntityKeys, sink: CellSink, deadline: Deadline): void | Promise<void> {
    this.assertUsable(deadline);
    sink.begin();
    const groups = groupHashes(keys);
    if (groups.length === 0) return undefined;
    const queries = groups.map((group) => ({ group, fields: this.fieldsOf(plan, group) }));
    const read = new HashRead(queries, sink, (settled) => this.watch.delete(settled));
    this.start(read, deadline);
    return read.done;
  }

  override async ping(deadline: Deadline): Promise<void> {
    this.assertUsable(deadline);
    const ping = new CommandExchange([['PING']]);
    this.start(ping, deadline);
    try {
      const [failure] = await ping.done;
      if (failure !== undefined) throw redisReplyFailure(failure);
    } finally {
      this.watch.delete(ping);
    }
  }

  override close(): Promise<void> {
    this.isClosed = true;
    for (const socket of this.sockets) socket.close(closed());
    this.watch.close();
    return Promise.resolve();
  }

  private assertUsable(deadline: Deadline): void {
    if (this.isClosed) throw closed();
    if (deadline.expired) throw new UnavailableError('the online store was not read: the time was up before');
  }

  private start(exchange: Exchange, deadline: Deadline): void {
    this.watch.add(exchange, deadline);
    this.idlestSocket().submit(exchange);
  }

  private idlestSocket(): RedisSocket {
    return this.sockets.reduce((idlest, socket) => (socket.load < idlest.load ? socket : idlest));
  }

  private fieldsOf(plan: ReadPlan, { parts }: HashGroup): HashFields {
    let known = this.fields.get(plan);
    if (!known) {
      known = new Map();
      this.fields.set(plan, known);
    }
    const signature = parts.join(';');
    let fields = known.get(signature);
    if (!fields) {
      if (known.size >= MAX_KNOWN_FIELDS) known.clear();
      fields = new HashFields(plan, parts);
      known.set(signature, fields);
    }
    return fields;
  }
}

function closed(): UnavailableError {
  return new UnavailableError('the online store is closed');
}
