import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** Somebody that authentication depends on cannot be asked, or answers nonsense. The message is fit for a log. */
export class UpstreamError extends Error {}

export interface JsonCall {
  readonly url: URL;
  /** Chosen anew where a redirect leads. */
  readonly agentOf: (url: URL) => Agent;
  /** For the whole call, redirects and body included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** How many redirects are followed; with a body, none. */
  readonly maxRedirects?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by POST; without it the call is a GET. */
  readonly body?: unknown;
}

export interface JsonAnswer {
  readonly status: number;
  /** `undefined` when the answer is not JSON. */
  readonly body: unknown;
}

/**
 * Asks another server for JSON. It gets `timeoutMs` and `maxBytes`, and no word of the caller's request.
 *
 * Errors: UpstreamError, without the address: it may hold a password.
 */
export async function callJson(call: JsonCall): Promise<JsonAnswer> {
  const signal = AbortSignal.timeout(call.timeoutMs);
  let { url } = call;
  for (let redirects = 0; ; redirects++) {
    const { status, location, text } = await exchange({ ...call, url }, signal).catch((error: unknown) => {
      throw signal.aborted
        ? new UpstreamError(`no answer within ${call.timeoutMs} ms`)
        : upstreamError(error);
    });
    if (status < 300 || status > 399 || location === undefined) return { status, body: parsed(text) };
    if (redirects >= (call.maxRedirects ?? 0)) throw new UpstreamError('too many redirects');
    url = redirected(url, location);
  }
}

interface RawAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

async function exchange(call: JsonCall, signal: AbortSignal): Promise<RawAnswer> {
  const response = await respond(call, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > call.maxBytes) {
      response.destroy();
      throw new UpstreamError(`the answer has more than ${call.maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  const { statusCode: status = 0, headers } = response;
  return { status, location: headers.location, text: Buffer.concat(chunks).toString('utf8') };
}

function respond({ url, agentOf, headers, body }: JsonCall, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const content = body === undefined ? undefined : JSON.stringify(body);
  const send: typeof requestHttp = url.protocol === 'https:' ? requestHttps : requestHttp;
  const request = send(url, {
    method: content === undefined ? 'GET' : 'POST',
    agent: agentOf(url),
    signal,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'salver',
      ...(content !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(content),
      }),
      ...headers,
    },
  });
  request.once('response', resolve);
  request.once('error', reject);
  request.end(content);
  return promise;
}

/** Where to go on: never from https to http, where an answer could be replaced. */
function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  if (to === null || !['http:', 'https:'].includes(to.protocol))
    throw new UpstreamError('a redirect to nowhere');
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw new UpstreamError('a redirect from https to http, which is not followed');
  }
  return to;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const TLS_CODE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/;

function upstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
  return new UpstreamError(TLS_CODE.test(code) ? `its certificate is not accepted (${code})` : code, {
    cause: error,
  });
}
