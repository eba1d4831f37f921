/** An answer as it came over the wire; header names in lower case, interim answers left out. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The bytes are no HTTP answer. */
export class BadAnswerError extends Error {}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const MOST_HEAD_BYTES = 64 * 1024;

interface Part {
  readonly body: Buffer;
  readonly length: number;
}

const NO_BODY: Part = { body: Buffer.alloc(0), length: 0 };
/** Statuses that never have a body. */
const BARE: ReadonlySet<number> = new Set([204, 304]);

/** Cuts the bytes of a connection into HTTP/1.1 answers. */
export class AnswerReader {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * Adds bytes and returns the next whole answer; undefined while there is none.
   * `hasBody` is false after a HEAD request.
   * Errors: BadAnswerError.
   */
  next(bytes: Buffer, hasBody: boolean): WireAnswer | undefined {
    if (bytes.length > 0) this.#pending = Buffer.concat([this.#pending, bytes]);
    let answer = this.#take(hasBody);
    while (answer !== undefined && answer.status < 200) answer = this.#take(hasBody);
    return answer;
  }

  #take(hasBody: boolean): WireAnswer | undefined {
    const end = this.#pending.indexOf(HEAD_END);
    if (end < 0 && this.#pending.length > MOST_HEAD_BYTES) throw new BadAnswerError('a head without an end');
    if (end < 0) return undefined;
    const { status, headers } = readHead(this.#pending.toString('latin1', 0, end));
    const rest = this.#pending.subarray(end + HEAD_END.length);
    const part = hasBody && status >= 200 && !BARE.has(status) ? readBody(rest, headers) : NO_BODY;
    if (part === undefined) return undefined;
    this.#pending = rest.subarray(part.length);
    return { status, headers, body: part.body };
  }
}

function readHead(text: string): { status: number; headers: Map<string, string> } {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw new BadAnswerError(`no status line: ${first.slice(0, 80)}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new BadAnswerError(`no header: ${line.slice(0, 80)}`);
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { status: Number(status), headers };
}

function readBody(bytes: Buffer, headers: ReadonlyMap<string, string>): Part | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return readChunks(bytes);
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (!Number.isInteger(length)) throw new BadAnswerError('an answer without a length');
  return bytes.length < length ? undefined : { body: bytes.subarray(0, length), length };
}

function readChunks(bytes: Buffer): Part | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_END, at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!Number.isInteger(size)) throw new BadAnswerError('a chunk without a size');
    const from = end + LINE_END.length;
    if (bytes.length < from + size + LINE_END.length) return undefined;
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + LINE_END.length;
    if (size === 0) return { body: Buffer.concat(chunks), length: at };
  }
}
