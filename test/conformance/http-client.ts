import { Agent, request as httpRequest } from 'node:http';

import type { Answer, RecordedRequest } from './exchange.ts';

const TIME_LIMIT_MS = 120_000;

// One connection per request: after a 500 the real server drops the connection without saying so.
const agent = new Agent({ keepAlive: false });

/** Sends a recorded request as it stands, with no header added but host, connection and content-length. */
export async function send(baseUrl: string, request: RecordedRequest): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl);
  const body = request.body_text === null ? undefined : Buffer.from(request.body_text, 'utf8');
  const headers: Record<string, string> = { ...request.headers };
  if (body !== undefined) headers['content-length'] = String(body.length);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = httpRequest(
    { agent, hostname, port, method: request.method, path: request.path, headers, timeout: TIME_LIMIT_MS },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: joinedHeaders(answer.headers),
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    },
  );
  sent.on('error', reject);
  sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIME_LIMIT_MS} ms`)));
  sent.end(body);
  return promise;
}

function joinedHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
