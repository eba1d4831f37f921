import { UnavailableError } from '../../../common/errors/errors.js';
import type { Exchange } from './exchange.js';
import { openPipeline } from './open-pipeline.js';
import type { RedisConnectionOptions } from './redis-connection-options.js';
import { redisRetryDelayMs } from './redis-retry-delay.js';
import type { PipelineTimes, ReplyPipeline } from './reply-pipeline.js';

/** A connection that lived for so long is opened again at once, another after a delay, as after a failed attempt. */
const STABLE_MS = 1000;
const LONGEST_CHECK_MS = 1000;
const SHORTEST_CHECK_MS = 10;
const CHECKS_PER_TIMEOUT = 5;

/**
 * A connection that is opened again whenever it ends, until `close`.
 *
 * Shape:  opened by the first exchange. Exchanges wait for the first attempt, and for the first one after the loss of
 *         a connection; between a failed attempt and the next one they fail at once, with its reason.
 */
export class RedisSocket {
  private pipeline: ReplyPipeline | undefined;
  private readonly pending: Exchange[] = [];
  /** An attempt is under way, or due after a connection that ended soon. */
  private isOpening = false;
  private openedAtMs = 0;
  private failedAttempts = 0;
  /** Why there is no connection; undefined before the first attempt, and while one is under way. */
  private failure: unknown;
  private retryTimer: NodeJS.Timeout | undefined;
  private checkTimer: NodeJS.Timeout | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly options: RedisConnectionOptions,
    private readonly times: PipelineTimes,
  ) {}

  /** Exchanges that wait; infinite when there is no connection. */
  get load(): number {
    return this.pipeline?.load ?? (this.failure === undefined ? this.pending.length : Infinity);
  }

  submit(exchange: Exchange): void {
    if (this.pipeline) {
      this.pipeline.submit(exchange);
    } else if (this.failure === undefined) {
      this.pending.push(exchange);
      if (!this.isOpening) this.open();
    } else {
      exchange.fail(this.failure);
    }
  }

  /** Gives the connection up, so that the next exchange finds out anew whom the name leads to. */
  reopen(reason: unknown): void {
    this.pipeline?.end(reason);
  }

  /** Everything that waits fails with `reason`, and so does what comes after. */
  close(reason: UnavailableError): void {
    clearTimeout(this.retryTimer);
    clearInterval(this.checkTimer);
    this.failure = reason;
    this.closing.abort(reason);
    const { pipeline } = this;
    this.pipeline = undefined;
    pipeline?.end(reason);
    this.failPending(reason);
  }

  private open(): void {
    this.isOpening = true;
    this.failure = undefined;
    openPipeline(this.options, this.times, this.closing.signal, () => this.onEnd()).then(
      (pipeline) => this.onOpen(pipeline),
      (error: unknown) => this.onFailure(error),
    );
  }

  private onOpen(pipeline: ReplyPipeline): void {
    this.isOpening = false;
    if (this.closing.signal.aborted) {
      pipeline.end(this.closing.signal.reason);
      return;
    }
    this.pipeline = pipeline;
    this.openedAtMs = performance.now();
    this.checkTimer = setInterval(() => pipeline.check(), checkPeriodMs(this.times)).unref();
    for (const exchange of this.pending.splice(0)) pipeline.submit(exchange);
  }

  private onFailure(error: unknown): void {
    this.isOpening = false;
    if (this.closing.signal.aborted) return;
    this.failedAttempts++;
    this.failure = error;
    this.failPending(error);
    this.openLater();
  }

  private onEnd(): void {
    clearInterval(this.checkTimer);
    this.pipeline = undefined;
    if (this.closing.signal.aborted) return;
    if (performance.now() - this.openedAtMs >= STABLE_MS) {
      this.failedAttempts = 0;
      this.open();
      return;
    }
    // The server could be reached a moment ago: what comes now waits for the next attempt.
    this.failedAttempts++;
    this.isOpening = true;
    this.openLater();
  }

  private openLater(): void {
    const delayMs = redisRetryDelayMs(this.failedAttempts);
    this.retryTimer = setTimeout(() => this.open(), delayMs).unref();
  }

  private failPending(error: unknown): void {
    for (const exchange of this.pending.splice(0)) exchange.fail(error);
  }
}

function checkPeriodMs({ replyTimeoutMs, heartbeatMs }: PipelineTimes): number {
  const shortest = Math.min(replyTimeoutMs, heartbeatMs) / CHECKS_PER_TIMEOUT;
  return Math.max(SHORTEST_CHECK_MS, Math.min(LONGEST_CHECK_MS, shortest));
}
