import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { LOOPBACK } from '../support/server-process.ts';
import type { SeededRandom } from '../support/random.ts';
import { HISTORIES } from './faults-repo.ts';
import type { PushTo, Recorder, SentRow } from './recorder.ts';

export const SENSORS = 100;
const MAX_ROWS = 4;
const ANSWER_LIMIT_MS = 20_000;
/** Between two requests of one client: the load is bounded. */
const PAUSE_MS = 10;
/** After a request that was not taken: most of them find no server. */
const FAILED_PAUSE_MS = 150;

export interface PushTally {
  /** Answers by status; 0 is none. */
  readonly byStatus: Map<number, number>;
  /** Answers that must not be. */
  readonly problems: string[];
}

/** Pushes rows until it is told to stop; a connection that breaks is an answer that never came. */
export class PushClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly port: number;
  private readonly recorder: Recorder;
  private readonly tally: PushTally;

  constructor(port: number, recorder: Recorder, tally: PushTally) {
    this.port = port;
    this.recorder = recorder;
    this.tally = tally;
  }

  async run(random: SeededRandom, stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      await this.pushOnce(random);
      await delay(PAUSE_MS);
    }
    this.agent.destroy();
  }

  private async pushOnce(random: SeededRandom): Promise<void> {
    const history = random.pick(HISTORIES);
    const to = random.pick<PushTo>(['online', 'offline', 'online_and_offline']);
    const rows = Array.from({ length: random.integer(1, MAX_ROWS) }, () =>
      this.recorder.begin(history, random.integer(1, SENSORS), to),
    );
    const { status, text } = await this.post({ push_source_name: history.pushSource, df: columns(rows), to });
    this.tally.byStatus.set(status, (this.tally.byStatus.get(status) ?? 0) + 1);
    if (status === 200 || status === 202) this.recorder.acknowledge(rows);
    else if (status !== 503 && status !== 0) this.tally.problems.push(`status ${status} to ${to}: ${text}`);
    else await delay(FAILED_PAUSE_MS);
  }

  private post(body: object): Promise<{ status: number; text: string }> {
    const { promise, resolve } = Promise.withResolvers<{ status: number; text: string }>();
    const fail = (error: Error): void => resolve({ status: 0, text: error.message });
    const text = JSON.stringify(body);
    const outgoing = httpRequest(
      {
        host: LOOPBACK,
        port: this.port,
        method: 'POST',
        path: '/push',
        agent: this.agent,
        timeout: ANSWER_LIMIT_MS,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (incoming) => {
        let answer = '';
        incoming.on('data', (part: Buffer) => (answer += part.toString()));
        incoming.on('error', fail);
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: answer }));
      },
    );
    outgoing.on('timeout', () => {
      this.tally.problems.push(`no answer after ${ANSWER_LIMIT_MS} ms`);
      outgoing.destroy(new Error('no answer in time'));
    });
    outgoing.on('error', fail);
    outgoing.end(text);
    return promise;
  }
}

function columns(rows: readonly SentRow[]): object {
  return {
    sensor_id: rows.map(({ sensor }) => sensor),
    event_timestamp: rows.map(({ second }) => new Date(second * 1000).toISOString()),
    row_id: rows.map(({ id }) => id),
    reading: rows.map(({ second }) => second / 2),
  };
}
