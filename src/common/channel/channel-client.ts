import { deserialize } from 'node:v8';
import { PayloadTooLargeError, UnavailableError } from '../errors/errors.js';
import type { Deadline } from '../model/deadline.js';
import { ChannelConnection } from './channel-connection.js';
import { decodeError } from './channel-error.codec.js';
import { type ChannelMethod, encodeRequest } from './channel-method.js';
import { type FrameHeader, FrameType } from './frame.codec.js';
import { PendingRequest } from './pending-request.js';

const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 200;
const MAX_ID = 0xffff_ffff;

export interface ChannelClientOptions {
  /** Of all requests that have no answer; what is over is refused. */
  readonly maxWaitingBytes: number;
}

/**
 * Asks another process of this host, whichever listens at the address at the moment. It connects when there is
 * something to ask, and again as long as there is. What a process that ended has not answered is sent to the next
 * one, unless it is not repeatable and may have been looked at.
 */
export class ChannelClient {
  private readonly pending = new Map<number, PendingRequest>();
  /** Of `pending`, what has not been sent, in the order in which it came. */
  private readonly queue = new Set<PendingRequest>();
  private connection: ChannelConnection | undefined;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private waiting = 0;
  private lastId = 0;
  private isClosed = false;

  constructor(
    readonly address: string,
    private readonly options: ChannelClientOptions,
  ) {}

  /** The last connection broke, or could not be made, and there is no other yet. */
  get isDown(): boolean {
    return this.failures > 0 && !this.connection?.isConnected;
  }

  /**
   * Errors:  UnavailableError (no answer until the deadline, too much waits, closed); PayloadTooLargeError; what the
   *          other process answered in place of a reply.
   */
  async call<Request, Reply>(
    method: ChannelMethod<Request, Reply>,
    request: Request,
    deadline: Deadline,
  ): Promise<Reply> {
    const payload = encodeRequest(method.name, request);
    this.refuse(payload, deadline);
    const pending = new PendingRequest(this.nextId(), payload, method.isRepeatable, deadline);
    this.pending.set(pending.id, pending);
    this.queue.add(pending);
    this.waiting += pending.bytes;
    this.flush();
    try {
      return deserialize(await pending.answer) as Reply;
    } finally {
      this.forget(pending);
    }
  }

  /** What has no answer fails. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.retry);
    for (const request of this.pending.values()) request.fail(closed());
    this.connection?.destroy();
  }

  private refuse({ length }: Uint8Array, deadline: Deadline): void {
    const { maxWaitingBytes } = this.options;
    if (this.isClosed) throw closed();
    if (length > maxWaitingBytes) {
      throw new PayloadTooLargeError(
        `The rows of the request take ${length} bytes, and at most ${maxWaitingBytes} can be written at once: send fewer`,
      );
    }
    if (this.waiting + length > maxWaitingBytes) {
      throw new UnavailableError(
        `too much waits for the writer process already (${this.waiting} bytes): nothing was stored; try again later`,
      );
    }
    if (deadline.expired) throw new UnavailableError('the time was up before anything was stored');
  }

  private nextId(): number {
    do this.lastId = this.lastId === MAX_ID ? 1 : this.lastId + 1;
    while (this.pending.has(this.lastId));
    return this.lastId;
  }

  private forget(request: PendingRequest): void {
    this.pending.delete(request.id);
    this.queue.delete(request);
    this.waiting -= request.bytes;
    // A frame that has begun is completed; the answer finds nobody.
  }

  /** Sends what waits, as far as the connection takes it; what it does not take stays here, where it can expire. */
  private flush(): void {
    if (this.queue.size === 0 || this.isClosed) return;
    if (this.connection === undefined) {
      if (this.retry === undefined) this.connect();
      return;
    }
    for (const request of this.queue) {
      if (!this.connection.isWritable) return;
      this.queue.delete(request);
      request.isSent = true;
      request.mayBeDone = true;
      this.connection.send(request);
    }
  }

  private connect(): void {
    this.connection = new ChannelConnection(this.address, {
      onWritable: () => this.flush(),
      onFrame: (header, payload) => this.receive(header, payload),
      onClose: (isComplete) => this.closed(isComplete),
    });
  }

  private receive({ type, id }: FrameHeader, payload: Buffer): void {
    this.failures = 0;
    const request = this.pending.get(id);
    if (!request?.isSent) return;
    if (type === FrameType.reply) request.succeed(payload);
    else request.fail(decodeError(payload));
  }

  /** `isComplete`: what has no answer was not looked at. */
  private closed(isComplete: boolean): void {
    this.connection = undefined;
    this.failures++;
    const sent = [...this.pending.values()].filter(({ isSent }) => isSent);
    const later = [...this.queue];
    this.queue.clear();
    for (const request of sent) {
      request.isSent = false;
      if (isComplete) request.mayBeDone = false;
      if (isComplete || request.isRepeatable) this.queue.add(request);
      else request.fail(broken());
    }
    for (const request of later) this.queue.add(request);
    if (this.isClosed) return;
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(10, this.failures - 1));
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.flush();
    }, delayMs);
  }
}

function closed(): UnavailableError {
  return new UnavailableError('this process is about to end');
}

function broken(): UnavailableError {
  return new UnavailableError(
    'the writer process ended before it had answered; the rows may have been stored or not',
  );
}
