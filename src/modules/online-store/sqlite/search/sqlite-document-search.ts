import { Worker } from 'node:worker_threads';
import {
  CorruptDataError,
  type ErrorCode,
  type FeatureServerError,
  NotFoundError,
  NotSupportedError,
  UnavailableError,
} from '../../../../common/errors/errors.js';
import type { Deadline } from '../../../../common/model/deadline.js';
import { type DocumentHits, type DocumentQuery, DocumentSearch } from '../../document-search.js';
import type { SearchAnswer, SearchTask } from './search-messages.js';
import type { SqliteSearchOptions } from './sqlite-search-engine.js';

interface Waiting {
  readonly resolve: (hits: DocumentHits) => void;
  readonly reject: (error: FeatureServerError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Searches a SQLite file in a thread of its own, which is started by the first search: to compare a hundred thousand
 * vectors takes 20 ms and to build their index half a second, and the process has other requests to serve meanwhile.
 *
 * A thread that ends by a mistake takes its searches with it, and the next search starts another.
 */
export class SqliteDocumentSearch extends DocumentSearch {
  private thread: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private closed = false;

  constructor(private readonly options: SqliteSearchOptions) {
    super();
  }

  override search(query: DocumentQuery, deadline: Deadline): Promise<DocumentHits> {
    if (this.closed) return Promise.reject(new UnavailableError('the online store is closed'));
    const remainingMs = deadline.remainingMs();
    const id = ++this.lastId;
    const { promise, resolve, reject } = Promise.withResolvers<DocumentHits>();
    const timer = setTimeout(() => {
      this.settle(id)?.reject(tookTooLong());
    }, remainingMs);
    this.waiting.set(id, { resolve, reject, timer });
    const task: SearchTask = { id, query, expiresAtMs: Date.now() + remainingMs };
    this.thread ??= this.start();
    this.thread.postMessage(task);
    return promise;
  }

  override async close(): Promise<void> {
    this.closed = true;
    const { thread } = this;
    this.thread = undefined;
    this.failAll(new UnavailableError('the online store is closed'));
    await thread?.terminate();
  }

  private start(): Worker {
    const thread = new Worker(new URL('./document-search.worker.js', import.meta.url), {
      workerData: this.options,
      // The thread holds the file open to look at its header. To close it with the thread would drop SQLite's locks.
      trackUnmanagedFds: false,
    });
    // An idle thread keeps no process alive.
    thread.unref();
    thread.on('message', (answer: SearchAnswer) => this.receive(answer));
    const ended = (reason: string, cause?: unknown): void => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      this.failAll(new UnavailableError(`the search was ended: ${reason}`, { cause }));
    };
    thread.on('error', (error) => ended(error instanceof Error ? error.message : String(error), error));
    thread.on('exit', () => ended('its thread stopped'));
    return thread;
  }

  private receive(answer: SearchAnswer): void {
    const waiting = this.settle(answer.id);
    if (answer.kind === 'hits') waiting?.resolve(answer.hits);
    else waiting?.reject(errorOf(answer.code, answer.message));
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  private failAll(error: UnavailableError): void {
    for (const { timer, reject } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
  }
}

function tookTooLong(): UnavailableError {
  return new UnavailableError(
    'the search did not end before the time was up: an index may be under construction, try again',
  );
}

/** An error of the thread, as one of this side: classes do not cross. */
function errorOf(code: ErrorCode, message: string): FeatureServerError {
  if (code === 'NOT_FOUND') return new NotFoundError(message);
  if (code === 'NOT_SUPPORTED') return new NotSupportedError(message);
  if (code === 'CORRUPT_DATA') return new CorruptDataError(message);
  return new UnavailableError(message);
}
