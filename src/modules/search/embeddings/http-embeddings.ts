import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { CallSlots } from './call-slots.js';
import { EmbeddingProvider } from './embedding-provider.js';

export interface HttpEmbeddingsOptions {
  /** Up to `/v1`. */
  readonly url: URL;
  readonly model: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
  /** How often more a call is tried. */
  readonly retries: number;
  readonly maxConcurrent: number;
}

const FIRST_PAUSE_MS = 100;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** Busy or down, and perhaps not so a moment later. */
const PASSING: readonly number[] = [408, 409, 425, 429, 500, 502, 503, 504];
/** What the API says of a text that it does not take. */
const REFUSED_TEXT: readonly number[] = [400, 413, 422];

/** One try: the vector, or why there is none and whether another try may help. */
type Attempt =
  | { readonly vector: readonly number[] }
  | { readonly reason: string; readonly passes: boolean; readonly retryAfterMs?: number };

/**
 * A model behind an HTTP API like that of OpenAI (`POST …/embeddings`), which many servers of models have.
 *
 * Errors: what is told of the API has neither its address nor its key, and nothing of its answer.
 */
export class HttpEmbeddings extends EmbeddingProvider {
  private readonly slots: CallSlots;
  private readonly endpoint: URL;

  constructor(private readonly options: HttpEmbeddingsOptions) {
    super();
    this.slots = new CallSlots(options.maxConcurrent);
    this.endpoint = new URL(options.url);
    this.endpoint.pathname = `${this.endpoint.pathname.replace(/\/+$/, '')}/embeddings`;
  }

  override embed(text: string, deadline: Deadline): Promise<readonly number[]> {
    return this.slots.run(deadline, () => this.tryAll(text, deadline));
  }

  private async tryAll(text: string, deadline: Deadline): Promise<readonly number[]> {
    for (let tried = 0; ; tried++) {
      const attempt = await this.attempt(text, deadline);
      if ('vector' in attempt) return attempt.vector;
      const jitteredMs = FIRST_PAUSE_MS * 2 ** tried * (0.5 + Math.random() / 2);
      const pauseMs = Math.max(jitteredMs, attempt.retryAfterMs ?? 0);
      if (!attempt.passes || tried >= this.options.retries || pauseMs >= deadline.remainingMs()) {
        throw new UnavailableError(`the embedding model cannot be asked: ${attempt.reason}`);
      }
      await sleep(pauseMs);
    }
  }

  private async attempt(text: string, deadline: Deadline): Promise<Attempt> {
    const timeoutMs = Math.ceil(Math.min(this.options.timeoutMs, deadline.remainingMs()));
    if (timeoutMs <= 0) return { reason: 'the time was up', passes: false };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await this.call(text, signal);
    } catch (error) {
      if (error instanceof InvalidValueError) throw error;
      return signal.aborted
        ? { reason: `no answer within ${timeoutMs} ms`, passes: true }
        : { reason: reasonOf(error), passes: true };
    }
  }

  private async call(text: string, signal: AbortSignal): Promise<Attempt> {
    const { model, apiKey } = this.options;
    const response = await fetch(this.endpoint, {
      method: 'POST',
      signal,
      redirect: 'error',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': 'salver',
        ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, input: [text], encoding_format: 'float' }),
    });
    if (response.ok) return vectorOf(await boundedText(response));
    await response.body?.cancel();
    const { status } = response;
    if (REFUSED_TEXT.includes(status)) {
      throw new InvalidValueError(
        `the embedding model ${model} does not take the text (it answered ${status})`,
      );
    }
    const retryAfterMs = 1000 * Number(response.headers.get('retry-after') ?? 0);
    return {
      reason: `it answered ${status}`,
      passes: PASSING.includes(status),
      ...(retryAfterMs > 0 && { retryAfterMs }),
    };
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function vectorOf(text: string): Attempt {
  const vector = embeddingIn(text);
  if (Array.isArray(vector) && vector.length > 0 && vector.every((item) => Number.isFinite(item))) {
    return { vector: vector as readonly number[] };
  }
  return { reason: 'its answer holds no vector', passes: false };
}

function embeddingIn(text: string): unknown {
  try {
    const answer = JSON.parse(text) as { data?: { embedding?: unknown }[] } | null;
    return answer?.data?.[0]?.embedding;
  } catch {
    return undefined;
  }
}

/** `fetch` hides why behind a cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return 'the connection failed';
  return 'code' in cause ? String(cause.code) : cause.message;
}
