import type { Socket } from 'node:net';
import { UnavailableError } from '../../../common/errors/errors.js';
import { CommandExchange } from './command-exchange.js';
import { CommandWriter } from './command-writer.js';
import type { Exchange, ExchangePart } from './exchange.js';
import { redisConnectionFailure } from './redis-failure.js';
import { RedisProtocolError } from './redis-protocol-error.js';
import { type ReplyHandler, type ReplyQueue, ReplyReader } from './reply-reader.js';

/** So many elements may be asked for and not yet there: what is beyond waits here, where others can overtake it. */
const MAX_ELEMENTS_UNDER_WAY = 64 * 1024;
/** So many parts of one exchange may be under way, so that the server does not wait for the next. */
const MAX_PARTS_UNDER_WAY = 2;
/** Commands are handed to the socket when they make so many bytes. */
const WRITE_BYTES = 256 * 1024;

export interface PipelineTimes {
  /** The connection is given up when a reply is due for so long, and nothing comes or nobody wants it any more. */
  readonly replyTimeoutMs: number;
  /** After so long without traffic the server is asked whether it is there. */
  readonly heartbeatMs: number;
}

interface Entry {
  readonly exchange: Exchange;
  partsUnderWay: number;
  isWaiting: boolean;
}

interface Flight {
  readonly entry: Entry;
  readonly part: ExchangePart;
  readonly sentAtMs: number;
  repliesLeft: number;
}

/**
 * One live connection: sends exchanges as they come, and gives each its replies. Replies come in the order of the
 * commands, so that one that nobody waits for any more is read and passed over in its turn.
 *
 * Shape:  `receive` is called with all that comes from the socket. It ends once, by `end`, a failure of the socket or a reply that makes no sense; then everything that waits
 *         fails, and `onEnd` is called.
 */
export class ReplyPipeline implements ReplyQueue {
  private readonly reader = new ReplyReader(this);
  private readonly writer = new CommandWriter();
  private readonly waiting: Entry[] = [];
  private readonly flights: Flight[] = [];
  private elementsUnderWay = 0;
  private lastByteAtMs = performance.now();
  private isStarted = false;
  private reason: unknown;

  constructor(
    private readonly socket: Socket,
    private readonly times: PipelineTimes,
    private readonly onEnd: () => void,
  ) {
    socket.on('drain', () => this.send());
    socket.on('error', (error) => this.end(redisConnectionFailure(error)));
    const onClosed = (): void =>
      this.end(new UnavailableError('the online store (Redis) closed the connection'));
    socket.on('end', onClosed);
    socket.on('close', onClosed);
  }

  /** Exchanges that are not complete. */
  get load(): number {
    return this.waiting.length + this.flights.length;
  }

  /** The socket is connected: what was submitted before is sent now. */
  start(): void {
    this.isStarted = true;
    this.send();
  }

  get isEnded(): boolean {
    return this.reason !== undefined;
  }

  /** Why it ended; undefined while it lives. */
  get endReason(): unknown {
    return this.reason;
  }

  submit(exchange: Exchange): void {
    if (this.isEnded) return exchange.fail(this.reason);
    this.waiting.push({ exchange, partsUnderWay: 0, isWaiting: true });
    this.send();
  }

  /** Bytes that came from the server; their memory may be used again after the call. */
  receive(chunk: Uint8Array): void {
    if (this.isEnded) return;
    this.lastByteAtMs = performance.now();
    try {
      this.reader.feed(chunk);
    } catch (error) {
      this.end(error);
      return;
    }
    if (this.waiting.length > 0) this.send();
  }

  end(error: unknown): void {
    if (this.isEnded) return;
    this.reason = error;
    this.socket.destroy();
    const entries = new Set([...this.flights.map(({ entry }) => entry), ...this.waiting]);
    this.flights.length = 0;
    this.waiting.length = 0;
    this.onEnd();
    for (const { exchange } of entries) exchange.fail(error);
  }

  /** Called from time to time: looks after a connection that is silent. */
  check(): void {
    const nowMs = performance.now();
    const silentMs = nowMs - this.lastByteAtMs;
    const [oldest] = this.flights;
    if (oldest) this.checkOverdue(oldest, nowMs - oldest.sentAtMs, silentMs);
    else if (silentMs >= this.times.heartbeatMs) this.askForLife();
  }

  handlerOfNext(): ReplyHandler {
    const [flight] = this.flights;
    if (!flight) throw new RedisProtocolError('a reply that nobody asked for');
    return flight.part;
  }

  replyEnded(): void {
    const flight = this.flights[0]!;
    if (--flight.repliesLeft > 0) return;
    this.flights.shift();
    this.elementsUnderWay -= flight.part.elements;
    flight.entry.partsUnderWay--;
    this.waitForTurn(flight.entry);
  }

  private send(): void {
    const { writer, socket } = this;
    if (!this.isStarted) return;
    const sentAtMs = performance.now();
    while (this.waiting.length > 0 && !socket.writableNeedDrain) {
      while (this.hasRoom) this.sendPart(this.waiting.shift()!, sentAtMs);
      if (writer.length === 0) return;
      socket.write(writer.take());
      // The socket may keep what it could not send at once.
      if (socket.writableLength > 0 || writer.isLarge) writer.detach();
    }
  }

  private get hasRoom(): boolean {
    return (
      this.waiting.length > 0 &&
      this.elementsUnderWay < MAX_ELEMENTS_UNDER_WAY &&
      this.writer.length < WRITE_BYTES
    );
  }

  private sendPart(entry: Entry, sentAtMs: number): void {
    entry.isWaiting = false;
    if (entry.exchange.settled) return;
    const part = entry.exchange.sendPart(this.writer);
    this.flights.push({ entry, part, sentAtMs, repliesLeft: part.replies });
    this.elementsUnderWay += part.elements;
    entry.partsUnderWay++;
    this.waitForTurn(entry);
  }

  /** What has more to send goes to the end of the row. */
  private waitForTurn(entry: Entry): void {
    const { exchange } = entry;
    if (entry.isWaiting || exchange.settled || exchange.allSent) return;
    if (entry.partsUnderWay >= MAX_PARTS_UNDER_WAY) return;
    entry.isWaiting = true;
    this.waiting.push(entry);
  }

  private checkOverdue({ entry }: Flight, waitedMs: number, silentMs: number): void {
    const { replyTimeoutMs } = this.times;
    if (waitedMs < replyTimeoutMs) return;
    if (silentMs < replyTimeoutMs && !entry.exchange.settled) return;
    this.end(
      new UnavailableError(`the online store (Redis) owes a reply for more than ${replyTimeoutMs} ms`),
    );
  }

  private askForLife(): void {
    const ping = new CommandExchange([['PING']]);
    ping.done.catch(() => undefined);
    this.submit(ping);
  }
}
