import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

import { answerProblem } from './answer-check.ts';
import { BadAnswerError, type WireAnswer } from './answer-reader.ts';
import { Connection, type NoAnswer } from './connection.ts';
import type { ExchangePlan } from './exchange-plan.ts';
import type { WireRequest } from './wire-request.ts';

/** Where a lane tells what it saw. */
export interface LaneSink {
  readonly answered: (status: number, tookMs: number) => void;
  readonly unanswered: (how: 'aborted' | 'closed') => void;
  readonly problem: (why: string) => void;
}

const ANSWER_LIMIT_MS = 15_000;

/** One client with one connection at a time, which it keeps as long as the server does. */
export class Lane {
  readonly #port: number;
  readonly #sink: LaneSink;
  #connection: Connection | undefined;

  constructor(port: number, sink: LaneSink) {
    this.#port = port;
    this.#sink = sink;
  }

  async run(plan: ExchangePlan): Promise<void> {
    if (plan.kind === 'requests') return this.#ask(plan.requests);
    const connection = await this.#open();
    await write(connection, plan.segments);
    if (plan.pauseMs > 0) await delay(plan.pauseMs);
    this.close();
    this.#sink.unanswered('aborted');
  }

  close(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  async #open(): Promise<Connection> {
    if (this.#connection?.isOpen !== true) this.#connection = await Connection.open(this.#port);
    return this.#connection;
  }

  async #ask(requests: readonly WireRequest[]): Promise<void> {
    const isReused = this.#connection !== undefined;
    const connection = await this.#open();
    const sentAt = performance.now();
    await write(
      connection,
      requests.flatMap(({ segments }) => segments),
    );
    for (const [index, request] of requests.entries()) {
      const answer = await answerTo(connection, request);
      // A server may end an idle connection at any time: the request is then sent once more on a new one.
      if (answer === 'closed' && index === 0 && isReused && request.expects === 'answer') {
        this.close();
        return this.#ask(requests);
      }
      if (!this.#take(request, answer, performance.now() - sentAt)) break;
    }
  }

  /** Whether more may be read from the connection. */
  #take(request: WireRequest, answer: WireAnswer | NoAnswer | BadAnswerError, tookMs: number): boolean {
    if (typeof answer === 'string' || answer instanceof BadAnswerError) {
      this.close();
      this.#missing(request, answer);
      return false;
    }
    this.#sink.answered(answer.status, tookMs);
    const why = answerProblem(request, answer);
    if (why !== undefined) this.#sink.problem(why);
    const isLast = request.expects === 'closes' || answer.headers.get('connection') === 'close';
    if (isLast) this.close();
    return !isLast;
  }

  #missing(request: WireRequest, how: NoAnswer | BadAnswerError): void {
    if (how === 'closed' && request.expects === 'closes') this.#sink.unanswered('closed');
    else if (how === 'closed') this.#sink.problem('the connection was closed without an answer');
    else if (how === 'timeout') this.#sink.problem(`no answer in ${ANSWER_LIMIT_MS} ms`);
    else this.#sink.problem(how.message);
  }
}

async function answerTo(
  connection: Connection,
  { method }: WireRequest,
): Promise<WireAnswer | NoAnswer | BadAnswerError> {
  try {
    return await connection.answer(ANSWER_LIMIT_MS, method !== 'HEAD');
  } catch (error) {
    if (error instanceof BadAnswerError) return error;
    throw error;
  }
}

/** Segments reach the server one by one, as far as the system allows. */
async function write(connection: Connection, segments: readonly Buffer[]): Promise<void> {
  for (const [index, segment] of segments.entries()) {
    if (index > 0) await turn();
    if (segment.length > 0) connection.write(segment);
  }
}
