import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidValueError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { HttpEmbeddings, type HttpEmbeddingsOptions } from './http-embeddings.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void | Promise<void>;

let server: Server;
let handlers: Handler[];
let seen: {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}[];

beforeEach(async () => {
  handlers = [];
  seen = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The next handler, or the last one again. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString();
  seen.push({ url: request.url, authorization: request.headers.authorization, body });
  const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
  await handler?.(request, response, body);
}

const vector: Handler = (_request, response) => {
  response.end('{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1,2e-3]}]}');
};
const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response.writeHead(code, headers).end('{"error":{"message":"secret words"}}');

function model(options: Partial<HttpEmbeddingsOptions> = {}): HttpEmbeddings {
  const { port } = server.address() as AddressInfo;
  return new HttpEmbeddings({
    url: new URL(`http://127.0.0.1:${port}/v1/`),
    model: 'small',
    apiKey: null,
    timeoutMs: 1000,
    retries: 2,
    maxConcurrent: 4,
    ...options,
  });
}

const soon = (): Deadline => Deadline.after(5000);

describe('HttpEmbeddings', () => {
  it('asks as OpenAI is asked', async () => {
    handlers = [vector];
    expect(await model({ apiKey: 'key' }).embed('red apple', soon())).toEqual([0.5, -1, 0.002]);
    expect(seen).toEqual([
      {
        url: '/v1/embeddings',
        authorization: 'Bearer key',
        body: '{"model":"small","input":["red apple"],"encoding_format":"float"}',
      },
    ]);
  });

  it('tries again what passes, and waits as long as it is told', async () => {
    handlers = [status(503), status(429, { 'retry-after': '1' }), vector];
    const begunMs = performance.now();
    expect(await model().embed('text', soon())).toHaveLength(3);
    expect(seen).toHaveLength(3);
    expect(seen[0]?.authorization).toBeUndefined();
    expect(performance.now() - begunMs).toBeGreaterThan(1000);
  });

  it.each([
    { answers: [status(500)], tries: 3, kind: UnavailableError, message: /it answered 500/ },
    { answers: [status(401)], tries: 1, kind: UnavailableError, message: /it answered 401/ },
    {
      answers: [status(302, { location: 'http://127.0.0.1:1/' })],
      tries: 3,
      kind: UnavailableError,
      message: /cannot be asked/,
    },
    { answers: [status(400)], tries: 1, kind: InvalidValueError, message: /small does not take the text/ },
  ])('gives up and says $message', async ({ answers, tries, kind, message }) => {
    handlers = answers;
    const error: unknown = await model()
      .embed('text', soon())
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/secret|127\.0\.0\.1/);
    expect(seen).toHaveLength(tries);
  });

  it.each([
    '',
    '{}',
    'null',
    '{"data":[]}',
    '{"data":[{"embedding":["a"]}]}',
    '{"data":[{"embedding":[]}]}',
    '<html>',
  ])('takes %j for no vector', async (text) => {
    handlers = [(_request, response) => void response.end(text)];
    await expect(model().embed('text', soon())).rejects.toThrow(/its answer holds no vector/);
    expect(seen).toHaveLength(1);
  });

  it('does not read an answer without end', async () => {
    handlers = [
      async (_request, response) => {
        while (!response.destroyed) {
          response.write('x'.repeat(1 << 20));
          await sleep(1);
        }
      },
    ];
    await expect(model({ retries: 0, timeoutMs: 4000 }).embed('text', soon())).rejects.toThrow(
      /more than 8388608/,
    );
  });

  it('waits no longer than it may, for one answer and for all', async () => {
    handlers = [() => undefined];
    const brief = model({ timeoutMs: 500, retries: 1 });
    await expect(brief.embed('text', soon())).rejects.toThrow(/within 500 ms/);
    expect(seen).toHaveLength(2);
    const begunMs = performance.now();
    await expect(model({ timeoutMs: 20_000 }).embed('text', Deadline.after(100))).rejects.toThrow(
      UnavailableError,
    );
    expect(performance.now() - begunMs).toBeLessThan(10_000);
  });

  it('has so many calls under way, and lets as many wait as it can serve in time', async () => {
    let underWay = 0;
    let most = 0;
    handlers = [
      async (...call) => {
        most = Math.max(most, ++underWay);
        await sleep(20);
        underWay--;
        await vector(...call);
      },
    ];
    const limited = model({ maxConcurrent: 2 });
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => limited.embed('text', soon())));
    expect(most).toBe(2);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(2 + 16);
    await expect(limited.embed('text', soon())).resolves.toHaveLength(3);
  });

  it('tells that nobody is there', async () => {
    const gone = model({ retries: 0, url: new URL('http://127.0.0.1:1/v1') });
    await expect(gone.embed('text', soon())).rejects.toThrow(/cannot be asked/);
  });
});
