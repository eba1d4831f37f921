import { join } from 'node:path';

import type { FeastVenv } from '../support/feast-venv.ts';
import type { RunningServer } from '../support/server-process.ts';
import { startFeast, startSalver } from '../support/servers.ts';
import { type Examined, examined, type Servers, type Subject } from './examine.ts';
import { type CampaignResult, type Finding, findingText, kindOf } from './finding.ts';
import { generatedRequest } from './generate.ts';
import { sendPatiently } from './patient-client.ts';
import { type RepoShape, repoShape } from './repo-shape.ts';
import type { RequestDraft } from './request-draft.ts';
import { shrunk } from './shrink.ts';
import { copied, type MadeRepo, type Target } from './targets.ts';
import { examinedWrite } from './writes/examine-write.ts';
import { generatedWrite } from './writes/generate-write.ts';
import { StoredRows } from './writes/stored-rows.ts';
import { writeTargets } from './writes/write-target.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly from: number;
  readonly requests: number;
  /** Writes in place of reads. */
  readonly writes: boolean;
  readonly venv: FeastVenv;
  readonly say: (line: string) => void;
}

/** Of all repos that are written to. */
const STORE = 'data/online_store.db';
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
    const env: Record<string, string> =
      target.python === true ? { SALVER_PYTHON_INTERPRETER: options.venv.python } : {};
    const [feast, salver] = await Promise.all([
      startFeast(options.venv.feast, { repo: forFeast.path, logFile: log('feast'), args: FEAST_ARGS }).then(
        keep,
      ),
      startSalver({ repo: forSalver.path, logFile: log('salver'), env }).then(keep),
    ]);
    const asked: Servers = {
      feast: async (request) => sendPatiently(feast.baseUrl, request),
      salver: async (request) => sendPatiently(salver.baseUrl, request),
    };
    const sampler = options.writes ? writes : reads;
    return await sampler({ target, servers: asked, forFeast, forSalver, options });
  } finally {
    await Promise.all(servers.map(async (server) => server.stop()));
  }
}

interface Running {
  readonly target: Target;
  readonly servers: Servers;
  readonly forFeast: MadeRepo;
  readonly forSalver: MadeRepo;
  readonly options: CampaignOptions;
}

async function reads({ target, servers, forSalver, options }: Running): Promise<CampaignResult> {
  const shape = withoutTwins(await repoShape(options.venv, forSalver.path), target);
  const subject: Subject = { shape, instead: target.instead, servers };
  const seed = `${options.seed} ${target.name}`;
  const sampler: Sampler = {
    generate: (index) => generatedRequest(seed, index, shape),
    examine: async (draft) => examined(draft, subject),
  };
  return new Campaign(target.name, sampler, options).run();
}

async function writes(running: Running): Promise<CampaignResult> {
  const { target, servers, forFeast, forSalver, options } = running;
  const targets = await writeTargets(options.venv, forSalver.path);
  const stores = { feast: join(forFeast.path, STORE), salver: join(forSalver.path, STORE) };
  const rows = new StoredRows(options.venv);
  const seed = `${options.seed} ${target.name}`;
  const sampler: Sampler = {
    generate: (index) => generatedWrite(seed, index, targets),
    examine: async (draft) => examinedWrite(draft, { servers, rows, stores, targets }),
  };
  try {
    await Promise.all([rows.taken(stores.feast), rows.taken(stores.salver)]);
    return await new Campaign(target.name, sampler, options).run();
  } finally {
    rows.close();
  }
}

/** A view that stands in for another is asked for nothing else: the two would collide. */
function withoutTwins(shape: RepoShape, { instead, unasked = [] }: Target): RepoShape {
  const left = [...Object.values(instead), ...unasked];
  return { ...shape, views: shape.views.filter(({ name }) => !left.includes(name)) };
}

/** Makes requests, and tells whether both servers did what they owe. */
interface Sampler {
  readonly generate: (index: number) => RequestDraft;
  readonly examine: (draft: RequestDraft) => Promise<Examined>;
}

class Campaign {
  readonly #name: string;
  readonly #sampler: Sampler;
  readonly #options: CampaignOptions;
  readonly #statuses = new Map<number, number>();
  readonly #deliberate = new Map<string, number>();
  readonly #findings = new Map<string, Finding>();
  #passed = 0;

  constructor(name: string, sampler: Sampler, options: CampaignOptions) {
    this.#name = name;
    this.#sampler = sampler;
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
    const found = await this.#sampler.examine(this.#sampler.generate(index));
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
      const smaller = await this.#sampler.examine(draft);
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
