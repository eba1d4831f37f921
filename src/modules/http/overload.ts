import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { OverloadSettings } from '../../common/config/server.config.js';
import { requestPath } from './request-path.js';
import { RequestsUnderWay } from './requests-under-way.js';

const SWEEP_MS = 1000;
const RETRY_AFTER_SECONDS = '1';

/** Probes must be answered when everything else is refused. */
const ALWAYS_SERVED = '/health';

export const SHED_REASONS = ['in_flight', 'loop_lag'] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/**
 * Refuses requests at once, with 503 and `Retry-After`, while too many are under way or the event loop is late, so that
 * what is taken is answered in time; and cuts clients off that do not take their answers.
 */
export class OverloadGuard {
  private underWay = new RequestsUnderWay();
  /** Answers that were handed to the network, and when. */
  private readonly sending = new Map<ServerResponse, number>();
  private turnBeganAtMs = 0;
  private isInTurn = false;

  /** Told of each request that is refused. */
  onShed: (reason: ShedReason) => void = () => undefined;

  constructor(private readonly settings: Readonly<OverloadSettings>) {}

  /** Must be called before routes are registered. */
  register(fastify: FastifyInstance): void {
    this.underWay = RequestsUnderWay.of(fastify);
    const sweep = setInterval(() => this.cutSlowReaders(), SWEEP_MS);
    sweep.unref();
    fastify.addHook('onRequest', (request, reply, done) => {
      const reason = this.reasonToShed();
      if (reason !== undefined && !requestPath(request.raw.url ?? '/').startsWith(ALWAYS_SERVED)) {
        this.onShed(reason);
        void reply
          .status(503)
          .header('retry-after', RETRY_AFTER_SECONDS)
          .header('content-type', 'application/json')
          .send(OVERLOADED[reason]);
        return;
      }
      this.track(reply.raw);
      done();
    });
    fastify.addHook('onSend', (_request, reply, payload, done) => {
      if (this.underWay.has(reply.raw)) {
        this.underWay.sends(reply.raw);
        this.sending.set(reply.raw, performance.now());
      }
      done(null, payload);
    });
    fastify.addHook('onClose', (_instance, done) => {
      clearInterval(sweep);
      done();
    });
  }

  private track(response: ServerResponse): void {
    this.underWay.begins(response);
    // Also for a client that goes away, where no `finish` comes.
    response.once('close', () => {
      this.underWay.ends(response);
      this.sending.delete(response);
    });
  }

  private reasonToShed(): ShedReason | undefined {
    const { maxInFlight, maxLoopLagMs } = this.settings;
    if (maxInFlight > 0 && this.underWay.size >= maxInFlight) return 'in_flight';
    if (maxLoopLagMs > 0 && this.turnMs() > maxLoopLagMs) return 'loop_lag';
    return undefined;
  }

  /**
   * How long the present turn of the event loop has gone on, from its first request. All requests that have arrived are
   * handed over in one turn, so that in a long one the last of them have waited as long. A pause that is over (garbage,
   * a machine that was stopped) refuses nobody.
   */
  private turnMs(): number {
    const nowMs = performance.now();
    if (!this.isInTurn) {
      this.isInTurn = true;
      this.turnBeganAtMs = nowMs;
      setImmediate(() => (this.isInTurn = false));
    }
    return nowMs - this.turnBeganAtMs;
  }

  private cutSlowReaders(): void {
    const limitMs = this.settings.slowReaderSeconds * 1000;
    if (limitMs === 0) return;
    const nowMs = performance.now();
    for (const [response, sinceMs] of this.sending) {
      if (nowMs - sinceMs < limitMs) continue;
      response.destroy();
    }
  }
}

const OVERLOADED: Readonly<Record<ShedReason, string>> = {
  in_flight: JSON.stringify('The server has too many requests under way: try again in a moment'),
  loop_lag: JSON.stringify('The server is overloaded: try again in a moment'),
};
