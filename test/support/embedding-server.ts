import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An API for embeddings like that of OpenAI, with a model that knows a few texts. */
export class EmbeddingServer {
  readonly asked: { readonly text: string; readonly model: string; readonly key: string | undefined }[] = [];

  private constructor(private readonly server: Server) {}

  /** `vectors`: what the model makes of which text; of others it makes zeros. */
  static async start(
    vectors: Readonly<Record<string, readonly number[]>>,
    length: number,
  ): Promise<EmbeddingServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[]; model: string };
        const [text = ''] = body.input;
        started.asked.push({ text, model: body.model, key: request.headers.authorization });
        const embedding = vectors[text] ?? Array.from({ length }, () => 0);
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({ object: 'list', data: [{ object: 'embedding', index: 0, embedding }] }),
        );
      });
    });
    const started = new EmbeddingServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  /** Up to `/v1`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
