import { Agent, request as httpRequest } from 'node:http';

import { LOOPBACK } from '../support/server-process.ts';
import type { FuzzRequest } from './bodies.ts';

/** What came back; `failure` when nothing did. */
export interface FuzzAnswer {
  readonly status: number;
  readonly text: string;
  readonly elapsedMs: number;
  readonly failure?: string;
}

const ANSWER_LIMIT_MS = 10_000;

/** One keep-alive connection. */
export class FuzzClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  async send({ path, body, headers }: FuzzRequest): Promise<FuzzAnswer> {
    const { promise, resolve } = Promise.withResolvers<FuzzAnswer>();
    const startedAt = performance.now();
    const fail = (error: Error): void =>
      resolve({ status: 0, text: '', elapsedMs: performance.now() - startedAt, failure: error.message });
    const outgoing = httpRequest(
      {
        host: LOOPBACK,
        port: this.port,
        method: 'POST',
        path,
        agent: this.agent,
        headers: { ...headers, 'content-length': body.length },
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', fail);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            text: Buffer.concat(parts).toString(),
            elapsedMs: performance.now() - startedAt,
          }),
        );
      },
    );
    outgoing.setTimeout(ANSWER_LIMIT_MS, () =>
      outgoing.destroy(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)),
    );
    outgoing.on('error', fail);
    outgoing.end(body);
    return promise;
  }

  close(): void {
    this.agent.destroy();
  }
}
