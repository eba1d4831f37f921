import { largeBodies, validBodies } from './bodies.ts';
import { exchangePlan } from './exchange-plan.ts';
import { Lane } from './lane.ts';
import type { FuzzOptions } from './options.ts';
import { percentile } from './percentile.ts';
import { plainRequest } from './wire-request.ts';
import type { Subject, WorkerProcess } from './subject.ts';

export interface FuzzProblem {
  readonly index: number;
  readonly why: string;
}

export interface FuzzResult {
  readonly exchanges: number;
  readonly problems: readonly FuzzProblem[];
  readonly statuses: ReadonlyMap<number, number>;
  readonly unanswered: ReadonlyMap<string, number>;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
  /** After the first tenth and at the end; undefined where the system does not say. */
  readonly rssMb: { readonly early: number; readonly late: number } | undefined;
}

const CONNECTIONS = 6;
const PROGRESS_EVERY = 5_000;
/** A heap that has once been large is not a leak: growth below this is not looked at. */
const LEAST_GROWTH_MB = 64;
const MOST_GROWTH = 1.5;

/** Sends all exchanges over several connections, and checks every answer and the worker behind them. */
export class FuzzCampaign {
  readonly #subject: Subject;
  readonly #options: FuzzOptions;
  readonly #say: (line: string) => void;
  readonly #bodies = validBodies();
  readonly #problems: FuzzProblem[] = [];
  readonly #statuses = new Map<number, number>();
  readonly #unanswered = new Map<string, number>();
  readonly #tookMs: number[] = [];
  #done = 0;

  constructor(subject: Subject, options: FuzzOptions, say: (line: string) => void) {
    this.#subject = subject;
    this.#options = options;
    this.#say = say;
  }

  async run(): Promise<FuzzResult> {
    const { requests, from } = this.#options;
    const before = await this.#subject.worker();
    await this.#warmUp();
    const firstTenth = Math.ceil(requests / 10);
    await this.#range(from, from + firstTenth);
    const early = await this.#subject.worker();
    await this.#range(from + firstTenth, from + requests);
    const late = await this.#subject.worker();
    this.#checkWorker(before, early, late);
    await this.#checkAlive();
    return {
      exchanges: requests,
      problems: this.#problems,
      statuses: this.#statuses,
      unanswered: this.#unanswered,
      p50Ms: percentile(this.#tookMs, 0.5),
      p99Ms: percentile(this.#tookMs, 0.99),
      slowestMs: percentile(this.#tookMs, 1),
      rssMb: early === undefined || late === undefined ? undefined : { early: early.rssMb, late: late.rssMb },
    };
  }

  /** A heap grows to what the largest requests need, once: growth is counted from there. */
  async #warmUp(): Promise<void> {
    const work = async (): Promise<void> => {
      const lane = this.#lane('while warming up', this.#options.from);
      for (const body of largeBodies(this.#options.seed)) {
        await lane.run({ kind: 'requests', requests: [plainRequest(body)] });
      }
      lane.close();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }

  /** A lane whose answers are not counted, but checked. */
  #lane(when: string, index: number): Lane {
    return new Lane(this.#subject.server.port, {
      answered: () => undefined,
      unanswered: () => undefined,
      problem: (why) => this.#problems.push({ index, why: `${when}: ${why}` }),
    });
  }

  async #range(from: number, to: number): Promise<void> {
    let next = from;
    const work = async (): Promise<void> => {
      let index = next;
      const lane = new Lane(this.#subject.server.port, {
        answered: (status, tookMs) => {
          increase(this.#statuses, status);
          this.#tookMs.push(tookMs);
        },
        unanswered: (how) => increase(this.#unanswered, how),
        problem: (why) => this.#problems.push({ index, why }),
      });
      while (next < to) {
        index = next;
        next += 1;
        await lane.run(exchangePlan(this.#options.seed, index, this.#bodies));
        await this.#progress();
      }
      lane.close();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
  }

  async #progress(): Promise<void> {
    this.#done += 1;
    const { requests } = this.#options;
    if (this.#done % PROGRESS_EVERY !== 0 && this.#done !== requests) return;
    const done = this.#done;
    const memory = (await this.#subject.worker())?.rssMb ?? '?';
    this.#say(
      `${done}/${requests}  ${countsText(this.#statuses)}  problems ${this.#problems.length}  memory ${memory} MB`,
    );
  }

  #checkWorker(before?: WorkerProcess, early?: WorkerProcess, late?: WorkerProcess): void {
    const pids = new Set([before, early, late].map((worker) => worker?.pid));
    const index = this.#options.from + this.#options.requests - 1;
    if (pids.size > 1) this.#problems.push({ index, why: `the worker changed: ${[...pids].join(', ')}` });
    if (early === undefined || late === undefined) return;
    const growthMb = late.rssMb - early.rssMb;
    if (growthMb > LEAST_GROWTH_MB && late.rssMb > early.rssMb * MOST_GROWTH)
      this.#problems.push({ index, why: `the worker grew from ${early.rssMb} to ${late.rssMb} MB` });
  }

  /** After all that, plain requests are answered as before. */
  async #checkAlive(): Promise<void> {
    const index = this.#options.from + this.#options.requests;
    const lane = new Lane(this.#subject.server.port, {
      answered: (status) => {
        if (status !== 200) this.#problems.push({ index, why: `a plain request at the end: ${status}` });
      },
      unanswered: () => undefined,
      problem: (why) => this.#problems.push({ index, why: `a plain request at the end: ${why}` }),
    });
    for (const body of this.#bodies) await lane.run({ kind: 'requests', requests: [plainRequest(body)] });
    lane.close();
  }
}

export function countsText(counts: ReadonlyMap<number | string, number>): string {
  return [...counts]
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    .map(([key, count]) => `${key}: ${count}`)
    .join(', ');
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
