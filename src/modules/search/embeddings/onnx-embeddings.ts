import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { CallSlots } from './call-slots.js';
import { EmbeddingProvider } from './embedding-provider.js';
import type { OnnxModelOptions } from './onnx-messages.js';
import { OnnxThread } from './onnx-thread.js';

export interface OnnxEmbeddingsOptions {
  readonly model: OnnxModelOptions;
  /** For one text. */
  readonly timeoutMs: number;
  /** Texts that may wait for the one whose turn it is. */
  readonly mostWaiting: number;
  readonly log: { info(text: string): void; warn(text: string): void };
}

const LOAD_LIMIT_MS = 60_000;
/** So long a model that cannot be loaded is not tried again. */
const RETRY_AFTER_MS = 10_000;

/**
 * A model of an ONNX file, which a thread of this process holds and runs. It is loaded when the process starts, so that what
 * is wrong with it is told there and no text waits for it. A thread that ends is replaced.
 */
export class OnnxEmbeddings extends EmbeddingProvider {
  private readonly slots: CallSlots;
  private thread: OnnxThread | undefined;
  private failure: { readonly error: Error; readonly atMs: number } | undefined;
  private closed = false;

  constructor(private readonly options: OnnxEmbeddingsOptions) {
    super();
    this.slots = new CallSlots(1, options.mostWaiting);
  }

  /** Ends when the model is loaded, or cannot be: the log says why. */
  async load(): Promise<void> {
    const startedMs = performance.now();
    const length = await this.current().ready.catch(() => undefined);
    if (length === undefined) return;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(2);
    this.options.log.info(
      `${this.options.model.modelPath}: loaded in ${seconds} s; its vectors have ${length} numbers`,
    );
  }

  /** A text whose time is up is left to end on its own: the thread is ended for its own limit alone. */
  override async embed(text: string, deadline: Deadline): Promise<readonly number[]> {
    const { promise: timeIsUp, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new UnavailableError('the text had no vector before the time was up')),
      deadline.remainingMs(),
    );
    try {
      return await Promise.race([this.slots.run(deadline, () => this.ask(text, deadline)), timeIsUp]);
    } finally {
      clearTimeout(timer);
    }
  }

  override close(): void {
    this.closed = true;
    this.thread?.end('the server ends');
  }

  private async ask(text: string, deadline: Deadline): Promise<readonly number[]> {
    const thread = this.current();
    await thread.ready;
    if (deadline.expired || thread.isEnding) {
      throw new UnavailableError('the embedding model was not loaded in time: try again');
    }
    return thread.embed(text, this.options.timeoutMs);
  }

  /** Errors: UnavailableError where there is none for now. */
  private current(): OnnxThread {
    if (this.closed) throw new UnavailableError('the server ends');
    if (this.failure && performance.now() < this.failure.atMs + RETRY_AFTER_MS) throw this.failure.error;
    if (this.thread?.isEnding === true) {
      throw new UnavailableError('the embedding model is loaded anew: try again in a moment');
    }
    return this.thread ?? this.start();
  }

  private start(): OnnxThread {
    const thread = new OnnxThread(this.options.model, LOAD_LIMIT_MS);
    this.thread = thread;
    this.failure = undefined;
    thread.ready.catch((error: Error) => {
      this.failure = { error, atMs: performance.now() };
      if (!this.closed) this.options.log.warn(`${error.message}; until it is loaded, texts are not searched`);
    });
    void thread.ended.then((reason) => this.replace(thread, reason));
    return thread;
  }

  /** One that had the model is replaced at once, another when it is needed. */
  private replace({ wasReady }: OnnxThread, reason: string): void {
    this.thread = undefined;
    if (this.closed || !wasReady) return;
    this.options.log.warn(`the thread of the embedding model ended and is replaced: ${reason}`);
    this.start();
  }
}
