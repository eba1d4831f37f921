import { join } from 'node:path';

import type { FeastVenv } from '../support/feast-venv.ts';
import type { RunningServer } from '../support/server-process.ts';
import { startFeast, startSalver } from '../support/servers.ts';
import { type Examined, examined, type Subject } from './examine.ts';
import { type CampaignResult, type Finding, findingText, kindOf } from './finding.ts';
import { generatedRequest } from './generate.ts';
import { sendPatiently } from './patient-client.ts';
import { type RepoShape, repoShape } from './repo-shape.ts';
import { shrunk } from './shrink.ts';
import { copied, type MadeRepo, type Target } from './targets.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly from: number;
  readonly requests: number;
  readonly venv: FeastVenv;
  readonly say: (line: string) => void;
}

const PROGRESS_EVERY = 100;
/** Kinds of differences that are made small; each takes up to a hundred requests. */
const MOST_SHRUNK = 12;
/** Feast counts requests and ends its worker after a thousand; a campaign needs it to go on. */
const FEAST_ARGS = ['--max-requests', '0'];

/** Runs the requests of one repo, one after the other: the real server shares a database connection among its threads. */
export async function runCampaign(target: Target, options: CampaignOptions): Promise<CampaignResult> {
  const forFeast = await target.make(options.venv);
  const forSalver = copied(forFeast);
  const remove = (): void => {
    forFeast.remove();
    forSalver.remove();
  };
  // Also when the run is interrupted.
  process.once('exit', remove);
  try {
    return await onRepos(target, forFeast, forSalver, options);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

async function onRepos(
  target: Target,
  forFeast: MadeRepo,
  forSalver: MadeRepo,
  options: CampaignOptions,
): Promise<CampaignResult> {
  const servers: RunningServer[] = [];
  const keep = (server: RunningServer): RunningServer => {
    servers.push(server);
    return server;
  };
  const log = (name: string): string => join(forSalver.path, `${name}.log`);
  try {
    const [shape, feast, salver] = await Promise.all([
      repoShape(options.venv, forSalver.path),
      startFeast(options.venv.feast, { repo: forFeast.path, logFile: log('feast'), args: FEAST_ARGS }).then(
        keep,
      ),
      startSalver({ repo: forSalver.path, logFile: log('salver') }).then(keep),
    ]);
    const subject: Subject = {
      shape: withoutTwins(shape, target),
      instead: target.instead,
      servers: {
        feast: async (request) => sendPatiently(feast.baseUrl, request),
        salver: async (request) => sendPatiently(salver.baseUrl, request),
      },
    };
    return await new Campaign(target.name, subject, options).run();
  } finally {
    await Promise.all(servers.map(async (server) => server.stop()));
  }
}

/** A view that stands in for another is asked for nothing else: the two would collide. */
function withoutTwins(shape: RepoShape, { instead }: Target): RepoShape {
  const twins = Object.values(instead);
  return { ...shape, views: shape.views.filter(({ name }) => !twins.includes(name)) };
}

class Campaign {
  readonly #name: string;
  readonly #subject: Subject;
  readonly #options: CampaignOptions;
  readonly #statuses = new Map<number, number>();
  readonly #deliberate = new Map<string, number>();
  readonly #findings = new Map<string, Finding>();
  #passed = 0;

  constructor(name: string, subject: Subject, options: CampaignOptions) {
    this.#name = name;
    this.#subject = subject;
    this.#options = options;
  }

  async run(): Promise<CampaignResult> {
    const { from, requests } = this.#options;
    const startedAt = performance.now();
    for (let done = 1; done <= requests; done += 1) {
      await this.#one(from + done - 1);
      if (done % PROGRESS_EVERY === 0 || done === requests)
        this.#progress(done, performance.now() - startedAt);
    }
    return {
      target: this.#name,
      passed: this.#passed,
      findings: [...this.#findings.values()],
      statuses: this.#statuses,
      deliberate: this.#deliberate,
    };
  }

  async #one(index: number): Promise<void> {
    const draft = generatedRequest(`${this.#options.seed} ${this.#name}`, index, this.#subject.shape);
    const found = await examined(draft, this.#subject);
    increase(this.#statuses, found.pair.feast.status);
    if (found.verdict.kind === 'deliberate') increase(this.#deliberate, found.verdict.rule);
    if (found.verdict.kind === 'different') await this.#keep(index, found);
    else this.#passed += 1;
  }

  /** Differences of one kind are shown once. */
  async #keep(index: number, found: Examined): Promise<void> {
    const kind = kindOf(found);
    const known = this.#findings.get(kind);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const smallest = this.#findings.size < MOST_SHRUNK ? await this.#smallest(found, kind) : found;
    const finding = { target: this.#name, index, smallest, count: 1 };
    this.#findings.set(kind, finding);
    this.#options.say(`\n${findingText(finding, this.#options.seed)}\n`);
  }

  async #smallest(found: Examined, kind: string): Promise<Examined> {
    let smallest = found;
    await shrunk(found.pair.draft, async (draft) => {
      const smaller = await examined(draft, this.#subject);
      const isKept = smaller.verdict.kind === 'different' && kindOf(smaller) === kind;
      if (isKept) smallest = smaller;
      return isKept;
    });
    return smallest;
  }

  #progress(done: number, elapsedMs: number): void {
    const counts = [...this.#statuses]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`);
    const different = done - this.#passed;
    this.#options.say(
      `${this.#name} ${done}/${this.#options.requests}  Feast ${counts.join(', ')}  unexplained ${different}  ` +
        `${Math.round((done / elapsedMs) * 1000)}/s`,
    );
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
