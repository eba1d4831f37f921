import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { ConfigurationError } from '../../../common/config/configuration-error.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { CommandExchange } from './command-exchange.js';
import type { RedisConnectionOptions, RedisTlsSettings } from './redis-connection-options.js';
import { redisConnectionFailure, redisReplyFailure } from './redis-failure.js';
import { redisTlsOptions } from './redis-tls.js';
import { type PipelineTimes, ReplyPipeline } from './reply-pipeline.js';

const KEEP_ALIVE_MS = 30_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const READ_BUFFER_BYTES = 64 * 1024;
const CLIENT_NAME = 'salver';

interface LoginStep {
  readonly command: readonly string[];
  /** Without it, the connection is of no use. */
  readonly isNeeded: boolean;
}

/**
 * Connects to a server, logs in and chooses the database.
 *
 * Shape:  `onEnd` is called once when the connection ends, but not for one that never was ready.
 * Errors: UnavailableError (unreachable, too slow, refused). When `signal` is aborted, its reason.
 */
export async function openPipeline(
  options: RedisConnectionOptions,
  times: PipelineTimes,
  signal: AbortSignal,
  onEnd: () => void,
): Promise<ReplyPipeline> {
  const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
  let isReady = false;
  const socket = openSocket(options, (chunk) => pipeline.receive(chunk));
  const pipeline = new ReplyPipeline(socket, times, () => {
    if (isReady) onEnd();
  });
  const onAbort = (): void => pipeline.end(signal.reason);
  signal.addEventListener('abort', onAbort);
  const timer = setTimeout(() => pipeline.end(connectTimeout(timeoutMs)), timeoutMs);
  try {
    socket.once(options.tls === null ? 'connect' : 'secureConnect', () => pipeline.start());
    await logIn(pipeline, options);
    // It may have ended behind the last reply to the login.
    if (pipeline.isEnded) throw pipeline.endReason;
    isReady = true;
    return pipeline;
  } catch (error) {
    pipeline.end(error);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function openSocket(options: RedisConnectionOptions, onBytes: (chunk: Uint8Array) => void): Socket {
  const { host, port, socketPath, tls, keepAlive } = options;
  const settings = {
    ...(socketPath === null ? { host, port } : { path: socketPath }),
    noDelay: true,
    keepAlive,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    // One buffer for all that comes: memory for each chunk would cost more than to read it.
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
      callback: (length: number, buffer: Uint8Array): boolean => {
        onBytes(buffer.subarray(0, length));
        return true;
      },
    },
  };
  try {
    return tls === null ? connect(settings) : connectTls({ ...settings, ...tlsOptions(tls, host) });
  } catch (error) {
    // A file for TLS may hold something else.
    throw error instanceof Error ? redisConnectionFailure(error) : error;
  }
}

/** The files are read for each connection, so that new certificates are used. */
function tlsOptions(tls: RedisTlsSettings, host: string): ConnectionOptions {
  try {
    return redisTlsOptions(tls, host);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UnavailableError('the online store (Redis) cannot be reached: a file for TLS cannot be read', {
      cause: error,
    });
  }
}

/** One round trip. */
async function logIn(pipeline: ReplyPipeline, options: RedisConnectionOptions): Promise<void> {
  const steps = loginSteps(options);
  const exchange = new CommandExchange(steps.map(({ command }) => command));
  pipeline.submit(exchange);
  const failures = await exchange.done;
  const failure = failures.find((text, index) => text !== undefined && steps[index]?.isNeeded);
  if (failure === undefined) return;
  // Old servers repeat the arguments of a command that they do not know.
  const repeatsSecret = options.password !== null && failure.includes(options.password);
  throw redisReplyFailure(repeatsSecret ? 'ERR the login was refused' : failure);
}

function loginSteps({ username, password, db, clientName }: RedisConnectionOptions): LoginStep[] {
  const steps: LoginStep[] = [];
  if (password !== null) {
    const credentials = username === null ? [password] : [username, password];
    steps.push({ command: ['AUTH', ...credentials], isNeeded: true });
  }
  if (db !== 0) steps.push({ command: ['SELECT', String(db)], isNeeded: true });
  // Servers may forbid it; its reply shows at least that the other side speaks the protocol.
  steps.push({ command: ['CLIENT', 'SETNAME', clientName ?? CLIENT_NAME], isNeeded: false });
  return steps;
}

function connectTimeout(timeoutMs: number): UnavailableError {
  return new UnavailableError(`the online store (Redis) took no connection within ${timeoutMs} ms`);
}
