import { request } from 'node:http';

export const GOOD = '{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[1001]}}';
const BAD = '{"features":["nope:x"],"entities":{"driver_id":[1001]}}';
const ANSWER_LIMIT_MS = 20_000;

/** The status of a read over a connection of its own. Errors: what ended the connection, with a code. */
export function read(url: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false, timeout: ANSWER_LIMIT_MS };
    const sent = request(new URL('/get-online-features', url), options, (answer) => {
      answer.on('error', reject);
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'TIMEOUT' })));
    sent.end(body);
  });
}

/** Sends requests until it is stopped, a new connection for each, and counts what comes of them. */
export class CountingClient {
  /** `unavailable`: of a worker without a registry, which has just begun. */
  readonly outcomes = { good: 0, bad: 0, unavailable: 0, failed: 0 };
  /** Requests that had an answer, by the time at which it came. */
  readonly answeredAtMs: number[] = [];
  private stopped = false;
  private readonly lanes: Promise<void>[];

  constructor(url: string, lanes: number) {
    this.lanes = Array.from({ length: lanes }, () => this.lane(url));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.lanes);
  }

  private async lane(url: string): Promise<void> {
    for (let n = 0; !this.stopped; n++) {
      const isBad = n % 5 === 4;
      try {
        const status = await read(url, isBad ? BAD : GOOD);
        this.outcomes[outcomeOf(status, isBad)]++;
        this.answeredAtMs.push(performance.now());
      } catch (error) {
        if ((error as { code?: string }).code === undefined) throw error;
        this.outcomes.failed++;
      }
    }
  }
}

/** Errors: an Error for an answer that nobody expects. */
function outcomeOf(status: number | undefined, isBad: boolean): 'good' | 'bad' | 'unavailable' {
  if (status === 503) return 'unavailable';
  if (status !== (isBad ? 404 : 200)) throw new Error(`answered ${status}`);
  return isBad ? 'bad' : 'good';
}
