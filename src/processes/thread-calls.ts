import { decodeError } from '../common/channel/channel-error.codec.js';
import type { ChannelMethod } from '../common/channel/channel-method.js';
import { UnavailableError } from '../common/errors/errors.js';
import type { Deadline } from '../common/model/deadline.js';
import type { FromOfflineThread, ToOfflineThread } from './offline-thread-messages.js';

interface Call {
  readonly method: string;
  readonly request: unknown;
  readonly deadline: Deadline;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Until it is handed over: then the thread has it, and its answer is waited for. */
  expiry: NodeJS.Timeout | undefined;
}

/** Requests to a thread that may end and be followed by another one. */
export class ThreadCalls {
  private readonly calls = new Map<number, Call>();
  private post: ((message: ToOfflineThread) => void) | undefined;
  private lastId = 0;

  /** Errors: UnavailableError when there is no thread until `deadline`, or it ends; what it answered in place of a reply. */
  call<Request, Reply>(
    { name }: ChannelMethod<Request, Reply>,
    request: Request,
    deadline: Deadline,
  ): Promise<Reply> {
    const id = ++this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      const late = (): void => this.fail(id, 'the offline store could not be reached: nothing was stored');
      const expiry = setTimeout(late, deadline.remainingMs());
      const call = { method: name, request, deadline, resolve, reject, expiry };
      this.calls.set(id, call);
      if (this.post !== undefined) this.handOver(id, call, this.post);
    }) as Promise<Reply>;
  }

  /** There is a thread: what waits is handed over. */
  begin(post: (message: ToOfflineThread) => void): void {
    this.post = post;
    for (const [id, call] of this.calls) this.handOver(id, call, post);
  }

  /** The thread ended: what it had is not given to the next one, or rows might be there twice. */
  end(): void {
    this.post = undefined;
    for (const [id, { expiry }] of this.calls) {
      if (expiry !== undefined) continue;
      this.fail(id, 'the writer failed before it had answered: the rows may have been stored or not');
    }
  }

  receive(message: FromOfflineThread & { readonly type: 'reply' | 'failed' }): void {
    const call = this.calls.get(message.id);
    this.calls.delete(message.id);
    if (message.type === 'reply') call?.resolve(message.reply);
    else call?.reject(decodeError(message.error));
  }

  private handOver(id: number, call: Call, post: (message: ToOfflineThread) => void): void {
    clearTimeout(call.expiry);
    call.expiry = undefined;
    const { method, request, deadline } = call;
    post({ type: 'call', id, method, request, remainingMs: deadline.remainingMs() });
  }

  private fail(id: number, message: string): void {
    const call = this.calls.get(id);
    this.calls.delete(id);
    clearTimeout(call?.expiry);
    call?.reject(new UnavailableError(message));
  }
}
