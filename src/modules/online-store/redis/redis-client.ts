import { Redis, type RedisOptions } from 'ioredis';
import { type FeatureServerError, UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import {
  redisConnectionFailure,
  redisConnectionLost,
  redisReplyFailure,
  redisTimeout,
} from './redis-failure.js';
import { redisRetryDelayMs } from './redis-retry-delay.js';
import { redisTlsOptions } from './redis-tls.js';

const CONNECT_TIMEOUT_MS = 2000;
/** A connection that owes a reply and is silent for so long is given up. */
const REPLY_TIMEOUT_MS = 5000;
const KEEP_ALIVE_MS = 30_000;
const CLIENT_NAME = 'salver';

/**
 * A client of one server, not connected yet. It connects again for ever, queues nothing while it is not connected,
 * sends no command twice and prints nothing. Run commands with `runRedisCommands`.
 *
 * Errors: ConfigurationError when a file for TLS cannot be read.
 */
export function createRedisClient(options: RedisConnectionOptions): Redis {
  const client = new Redis(clientOptions(options));
  watches.set(client, new ConnectionWatch(client));
  return client;
}

/**
 * Connects if needed and runs `commands`, until the deadline.
 *
 * Shape:  while connecting for the first time, or again for the first time after a loss, it waits; once an attempt
 *         has failed, it fails at once until one succeeds.
 * Errors: UnavailableError (unreachable, refused, too slow; what was sent may have been done), CorruptDataError when
 *         a key does not hold a hash. Errors that `commands` makes of replies itself are passed on.
 */
export async function runRedisCommands<T>(
  client: Redis,
  deadline: Deadline,
  commands: (client: Redis) => Promise<T>,
): Promise<T> {
  await watchOf(client).untilReady(deadline);
  try {
    return await deadline.limit(commands(client), redisTimeout);
  } catch (error) {
    throw commandFailure(error);
  }
}

/** What an error that a command of ioredis is rejected with means; other errors stay as they are. */
export function commandFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'ReplyError') return redisReplyFailure(error.message);
  const isConnection = CONNECTION_ERRORS.has(error.name) || CONNECTION_TEXT.test(error.message);
  return isConnection ? redisConnectionLost() : error;
}

const CONNECTION_ERRORS: ReadonlySet<string> = new Set(['AbortError', 'MaxRetriesPerRequestError']);
const CONNECTION_TEXT = /^(Connection is closed|Stream isn't writeable)/;

/** ioredis would warn on the console and go on; Feast's client fails, because the setting cannot be meant. */
const NEEDLESS_PASSWORD = /no password is set|without any password configured/i;

function refuseNeedlessPassword(client: Redis): void {
  const login = client.auth.bind(client) as (...credentials: unknown[]) => Promise<'OK'>;
  const strictLogin = (...credentials: unknown[]) =>
    login(...credentials).catch((error: unknown) => {
      const isNeedless = error instanceof Error && NEEDLESS_PASSWORD.test(error.message);
      throw isNeedless ? redisReplyFailure(error.message) : error;
    });
  Object.defineProperty(client, 'auth', { value: strictLogin });
}

function clientOptions(options: RedisConnectionOptions): RedisOptions & { replyMapping?: 'legacy' } {
  const { socketPath, tls } = options;
  return {
    ...(socketPath === null ? { host: options.host, port: options.port } : { path: socketPath }),
    ...(tls !== null && { tls: redisTlsOptions(tls, options.host) }),
    ...(options.username !== null && { username: options.username }),
    ...(options.password !== null && { password: options.password }),
    db: options.db,
    connectionName: options.clientName ?? CLIENT_NAME,
    connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    socketTimeout: options.replyTimeoutMs ?? REPLY_TIMEOUT_MS,
    ...(options.keepAlive && { keepAlive: KEEP_ALIVE_MS }),
    lazyConnect: true,
    protocol: 2,
    disableClientInfo: true,
    // A server that is loading says so in its replies.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // What waits for a reply fails as soon as the connection is lost.
    maxRetriesPerRequest: 0,
    // After a failover the name may lead to the new primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

const watches = new WeakMap<Redis, ConnectionWatch>();

function watchOf(client: Redis): ConnectionWatch {
  const watch = watches.get(client);
  if (watch === undefined) throw new TypeError('the client was not made by createRedisClient');
  return watch;
}

/** Knows why a client is not connected, and who waits for it. */
class ConnectionWatch {
  /** Why the last attempt failed; undefined after a success, and until the first attempt after a loss has ended. */
  private failure: FeatureServerError | undefined;
  /** Failed attempts since the last success. */
  private attempts = 0;
  private isUp = false;
  /** The server took the connection, but not the database. */
  private isRefused = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly client: Redis) {
    client.options.retryStrategy = () => this.onClose();
    client.on('error', (error: Error) => this.onError(error));
    client.on('connect', () => (this.isRefused = false));
    client.on('ready', () => this.onReady());
    client.on('end', () => this.wake());
    refuseNeedlessPassword(client);
  }

  /** Errors: UnavailableError when the connection cannot be had, or not until the deadline. */
  async untilReady(deadline: Deadline): Promise<void> {
    const { client } = this;
    for (;;) {
      if (deadline.expired) throw redisTimeout();
      if (client.status === 'ready' && !this.isRefused) return;
      if (client.status === 'end') throw new UnavailableError('the online store (Redis) is closed');
      if (this.failure) throw this.failure;
      if (client.status === 'wait') client.connect().catch(() => undefined);
      await this.nextChange(deadline);
    }
  }

  private onError(error: Error): void {
    const command = failedCommand(error);
    // The loss of a connection that was good: the next attempt decides.
    if (this.client.status === 'ready' && command === undefined) return;
    this.failure = command === undefined ? redisConnectionFailure(error) : redisReplyFailure(error.message);
    if (command === 'select') {
      // Otherwise ioredis goes on in database 0.
      this.isRefused = true;
      this.client.disconnect(true);
    }
    this.wake();
  }

  private onReady(): void {
    if (this.isRefused) return;
    this.isUp = true;
    this.failure = undefined;
    this.attempts = 0;
    this.wake();
  }

  private onClose(): number {
    if (!this.isUp) this.failure ??= redisConnectionLost();
    this.isUp = false;
    this.wake();
    return redisRetryDelayMs(++this.attempts);
  }

  private nextChange(deadline: Deadline): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.ceil(deadline.remainingMs()));
      this.waiting.add(wake);
    });
  }

  private wake(): void {
    for (const wake of this.waiting) wake();
  }
}

/** The name of the command that the server answered with this error; undefined when it is no reply. */
function failedCommand(error: Error): string | undefined {
  if (!('command' in error) || typeof error.command !== 'object' || error.command === null) return undefined;
  return 'name' in error.command ? String(error.command.name) : undefined;
}
