import type { SeededRandom } from '../support/random.ts';

/** A request as bytes, with what may come back. */
export interface WireRequest {
  /** Written one after the other. */
  readonly segments: readonly Buffer[];
  readonly method: string;
  /** `closes`: the server may also end the connection. */
  readonly expects: 'answer' | 'closes';
  /** It asked for so little time that 503 is an answer. */
  readonly mayTimeOut: boolean;
}

const PATH = '/get-online-features';
const SHORT_TIMES = ['1', '2', '5', '20', ' 7 '];
const TIMES = [
  '999999999',
  '5000',
  '0',
  '-1',
  'abc',
  '',
  '1e3',
  '1.5',
  '00005',
  '9'.repeat(30),
  '1, 2',
  '\u00b5',
];
const ODD_HEADERS = [
  'content-type: text/plain',
  'content-type: ;;;',
  'content-type:',
  'content-type: application/json;charset=utf-16',
  'content-type: multipart/form-data',
  'content-encoding: gzip',
  'content-encoding: nonsense',
  'accept: image/png',
  'x-request-id: \u0001',
  `x-request-id: ${'i'.repeat(300)}`,
  'x-request-id: caf\u00e9',
  'traceparent: 00-zz-1',
  'authorization: Bearer x',
  'authorization: Basic !!!!',
  'cookie: a=b; c',
  'range: bytes=0-1',
  'te: trailers',
  'expect: 100-continue',
  'upgrade: websocket',
  'host: other',
  'origin: null',
  'if-none-match: *',
  'accept-encoding: gzip, br;q=0',
  'x-forwarded-for: 1.2.3.4',
  `x-long: ${'h'.repeat(4_000)}`,
  'connection: close',
];
/** Heads that are no HTTP, or not what a server takes. */
const BROKEN_HEADS = [
  'POST /get-online-features HTTP/1.1\r\ncontent-length: abc\r\n\r\n',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}{}{}',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999\r\n\r\n{}',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n{}',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}',
  'POST /get-online-features HTTP/1.1\r\n\r\n',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n',
  'POST /get-online-features HTTP/1.1\r\nhost: a\r\nx: \u0000\r\n\r\n',
  `POST /get-online-features HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
  'POST /get-online-features HTTP/9.9\r\nhost: a\r\n\r\n',
  'POST /get-online-features HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}',
  'POST /get-online-features\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'FETCH /get-online-features HTTP/1.1\r\nhost: a\r\n\r\n',
  '{"features":[]}\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n',
  'POST http://a:b/get-online-features HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}',
];
const OTHER_TARGETS: readonly (readonly [string, string])[] = [
  ['GET', PATH],
  ['HEAD', PATH],
  ['PUT', PATH],
  ['DELETE', PATH],
  ['OPTIONS', PATH],
  ['POST', `${PATH}/`],
  ['POST', `${PATH}?a=%zz&b`],
  ['POST', `${PATH}%00`],
  ['POST', '/%zz'],
  ['POST', '//get-online-features'],
  ['POST', `/${'p'.repeat(3_000)}`],
  ['POST', '/__proto__'],
];

/** A body in one of the ways that a client, or something that takes itself for one, may send it. */
export function wireRequest(random: SeededRandom, body: Buffer): WireRequest {
  const draw = random.next();
  if (draw < 0.02) return broken(random);
  if (draw < 0.04) return elsewhere(random, body);
  if (draw < 0.14) return chunked(random, body);
  const { lines, mayTimeOut } = extraHeaders(random);
  const request = whole(['POST', PATH], lines, body);
  const segments = random.chance(0.1) ? cut(random, Buffer.concat(request), random.integer(1, 6)) : request;
  return { segments, method: 'POST', expects: 'answer', mayTimeOut };
}

function broken(random: SeededRandom): WireRequest {
  const head = Buffer.from(random.pick(BROKEN_HEADS), 'latin1');
  return { segments: [head], method: 'POST', expects: 'closes', mayTimeOut: false };
}

function elsewhere(random: SeededRandom, body: Buffer): WireRequest {
  const target = random.pick(OTHER_TARGETS);
  return { segments: whole(target, [], body), method: target[0], expects: 'answer', mayTimeOut: false };
}

/** A request as most clients send it. */
export function plainRequest(body: Buffer): WireRequest {
  const segments = whole(['POST', PATH], ['content-type: application/json'], body);
  return { segments, method: 'POST', expects: 'answer', mayTimeOut: false };
}

function whole(target: readonly [string, string], lines: readonly string[], body: Buffer): Buffer[] {
  const head = headOf(target, [...lines, `content-length: ${body.length}`]);
  return [Buffer.concat([head, body])];
}

function headOf([method, path]: readonly [string, string], lines: readonly string[]): Buffer {
  const all = [`${method} ${path} HTTP/1.1`, 'host: localhost', ...lines];
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1');
}

function chunked(random: SeededRandom, body: Buffer): WireRequest {
  const { lines, mayTimeOut } = extraHeaders(random);
  const most = random.pick([1, 3, 20]);
  // A chunk of a byte each is enough for small bodies.
  const pieces = cut(random, body, body.length < 400 && random.chance(0.2) ? body.length : most);
  const extension = random.chance(0.1) ? ';name="value"' : '';
  const chunks = pieces
    .filter((piece) => piece.length > 0)
    .map((piece) =>
      Buffer.concat([
        Buffer.from(`${piece.length.toString(16)}${extension}\r\n`),
        piece,
        Buffer.from('\r\n'),
      ]),
    );
  const end = Buffer.from(random.chance(0.1) ? '0\r\ntrailer: x\r\n\r\n' : '0\r\n\r\n');
  const segments = [headOf(['POST', PATH], [...lines, 'transfer-encoding: chunked']), ...chunks, end];
  return {
    segments: random.chance(0.5) ? segments : [Buffer.concat(segments)],
    method: 'POST',
    expects: 'answer',
    mayTimeOut,
  };
}

function extraHeaders(random: SeededRandom): { lines: string[]; mayTimeOut: boolean } {
  const lines = random.chance(0.7) ? ['content-type: application/json'] : [];
  if (random.chance(0.08)) lines.push(...random.some(ODD_HEADERS).slice(0, 4));
  const short = random.chance(0.03) ? random.pick(SHORT_TIMES) : undefined;
  if (short !== undefined) lines.push(`x-request-timeout-ms: ${short}`);
  else if (random.chance(0.03)) lines.push(`x-request-timeout-ms: ${random.pick(TIMES)}`);
  return { lines, mayTimeOut: short !== undefined };
}

/** The bytes in so many pieces, some of them empty. */
export function cut(random: SeededRandom, bytes: Buffer, pieces: number): Buffer[] {
  const places = Array.from({ length: Math.max(pieces - 1, 0) }, () => random.integer(0, bytes.length));
  const ends = [...places.toSorted((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
