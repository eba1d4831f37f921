import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../../common/config/configuration-error.js';
import { reasonOf } from '../../common/config/feature-store-location.js';
import { EXPOSITION_CONTENT_TYPE } from './exposition.codec.js';

/** A scraper that sends or takes nothing for so long is cut off. */
const IDLE_TIMEOUT_MS = 10_000;
const RECEIVE_TIMEOUT_MS = 2000;
const KEEP_ALIVE_MS = 75_000;
/** A request line and a few headers. */
const MAX_HEADER_BYTES = 8192;
const MAX_CONNECTIONS = 64;

/** Serves the metrics, and nothing else, at every path. */
export class ExpositionServer {
  private readonly server: Server;
  /** Scrapes that come while one is made share it. */
  private making: Promise<string> | undefined;

  constructor(private readonly exposition: () => Promise<string>) {
    this.server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        requestTimeout: RECEIVE_TIMEOUT_MS,
        headersTimeout: RECEIVE_TIMEOUT_MS,
        connectionsCheckingInterval: RECEIVE_TIMEOUT_MS / 5,
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => {
        this.answer(request, response).catch(() => response.destroy());
      },
    );
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.setTimeout(IDLE_TIMEOUT_MS);
  }

  /** Resolves with the address. Errors: ConfigurationError when it cannot be listened at. */
  async listen(host: string, port: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.once('error', reject);
    this.server.listen({ host, port, exclusive: true }, resolve);
    try {
      await promise;
    } catch (error) {
      throw ConfigurationError.of('metrics.port', refusal(error, host, port));
    }
    const address = this.server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.server.close(() => resolve());
    this.server.closeAllConnections();
    await promise;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Only GET is answered here\n', { allow: 'GET, HEAD' });
    } else if (hasBody(request)) {
      refuse(response, 413, 'A request for metrics has no body\n');
    } else {
      this.making ??= this.exposition().finally(() => (this.making = undefined));
      const text = Buffer.from(await this.making);
      response.writeHead(200, { 'content-type': EXPOSITION_CONTENT_TYPE, 'content-length': text.length });
      response.end(request.method === 'HEAD' ? undefined : text);
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** What comes after the head is not read: the connection ends with the answer. */
function refuse(response: ServerResponse, status: number, text: string, headers = {}): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain', connection: 'close' });
  response.end(text);
}

function refusal(error: unknown, host: string, port: number): string {
  const { code } = error as NodeJS.ErrnoException;
  const advice = 'choose another with --metrics-port, metrics.port or SALVER_METRICS_PORT';
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is in use: ${advice}`;
  return `metrics cannot be served at port ${port} of ${host}: ${reasonOf(error)}`;
}
