import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import type { SeededRandom } from '../support/random.ts';
import { childrenOf, isAlive, SalverProcess, within } from '../support/salver-process.ts';
import { LOOPBACK } from '../support/server-process.ts';

const START_LIMIT_MS = 120_000;
/** Without their primary all others must be gone within this time. */
const ORPHAN_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 60_000;

/** A server whose processes are killed, and which is started again when its primary was among them. */
export class KilledServer {
  kills = 0;
  primaryKills = 0;
  writerKills = 0;
  readonly problems: string[] = [];
  private launcher: SalverProcess | undefined;
  private readonly repo: string;
  private readonly port: number;

  constructor(repo: string, port: number) {
    this.repo = repo;
    this.port = port;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const server = ['serve', '--port', String(this.port), '--workers', '4', '--no-access-log'];
    this.launcher = new SalverProcess(['-c', this.repo, ...server]);
    await this.ready();
  }

  /** Errors: an Error with what it printed when it is not ready in time. */
  async ready(): Promise<void> {
    const ready = await within(START_LIMIT_MS, () => this.isReady());
    if (ready === undefined) throw new Error(`the server does not answer:\n${this.output}`);
  }

  /** SIGKILL to one of its processes; after that of the primary it is started again. */
  async killOne(random: SeededRandom): Promise<void> {
    const [primary] = childrenOf(this.pid);
    if (primary === undefined) throw new Error(`the server is gone:\n${this.output}`);
    const children = childrenOf(primary);
    const writer = children.find(isWriter);
    // As often as all workers together: these two hold what must not be lost.
    const victim = random.pick([
      random.pick([primary, primary, writer ?? primary]),
      writer ?? primary,
      random.pick([primary, ...children]),
    ]);
    if (!kill(victim)) return;
    this.kills++;
    if (victim === writer) this.writerKills++;
    if (victim !== primary) return;
    this.primaryKills++;
    await this.launcher?.ended;
    const gone = await within(ORPHAN_LIMIT_MS, () => (children.some(isAlive) ? undefined : true));
    if (gone === undefined) this.problems.push('processes live on without their primary');
    children.forEach(kill);
    await this.start();
  }

  /** SIGTERM, and what it printed. */
  async stop(): Promise<void> {
    if (this.launcher === undefined) return;
    this.launcher.kill('SIGTERM');
    const ended = await Promise.race([this.launcher.ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
    if (ended === undefined) {
      this.problems.push(`the server did not end within ${STOP_LIMIT_MS} ms of SIGTERM`);
      [...childrenOf(this.pid).flatMap((child) => [child, ...childrenOf(child)]), this.pid].forEach(kill);
    } else if (ended.code !== 0) {
      this.problems.push(`after SIGTERM the exit code is ${ended.code}:\n${ended.output.slice(-4000)}`);
    }
    this.launcher = undefined;
  }

  get output(): string {
    return this.launcher?.output.slice(-4000) ?? '';
  }

  private get pid(): number {
    return this.launcher?.pid ?? 0;
  }

  private async isReady(): Promise<true | undefined> {
    try {
      const answer = await fetch(`http://${LOOPBACK}:${this.port}/health/ready`, {
        headers: { connection: 'close' },
      });
      await answer.arrayBuffer();
      return answer.ok ? true : undefined;
    } catch {
      return undefined;
    }
  }
}

function isWriter(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('writer.main');
  } catch {
    return false;
  }
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
