import { Agent, request } from 'node:http';

export interface LoadTarget {
  readonly url: string;
  readonly path: string;
  readonly body: string;
}

const REQUEST_LIMIT_MS = 10_000;
const MOST_FAILURES = 20;

/** Clients that each keep one connection open and send one request after the other, until they are told to stop. */
export class KeepAliveLoad {
  answered = 0;
  /** How often each status came. */
  readonly statuses = new Map<number, number>();
  /** What went wrong without an answer: the code of the error. */
  readonly failures: string[] = [];
  private readonly loops: Promise<void>[];
  private isStopped = false;

  constructor(
    private readonly target: LoadTarget,
    clients: number,
  ) {
    this.loops = Array.from({ length: clients }, async () => this.loop());
  }

  get failed(): number {
    return this.failures.length;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.loops);
  }

  private async loop(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      while (!this.isStopped) {
        try {
          const status = await this.send(agent);
          this.answered++;
          this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
        } catch (error) {
          this.failures.push((error as NodeJS.ErrnoException).code ?? String(error));
          // A server that is gone must not be asked for ever.
          if (this.failures.length >= MOST_FAILURES) return;
        }
      }
    } finally {
      agent.destroy();
    }
  }

  private async send(agent: Agent): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const { url, path, body } = this.target;
    const outgoing = request(
      `${url}${path}`,
      { method: 'POST', agent, timeout: REQUEST_LIMIT_MS },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
        answer.once('error', reject);
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.once('error', reject);
    outgoing.end(body);
    return promise;
  }
}
