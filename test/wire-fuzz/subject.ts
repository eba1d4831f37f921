import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { residentMegabytes, workersOf } from '../fuzz/server-watch.ts';
import type { RunningServer } from '../support/server-process.ts';
import { CHECKOUT, startSalver } from '../support/servers.ts';

const REPO = join(CHECKOUT, 'test/fixtures/conformance/repos/drivers-sqlite');
const WORKER_LIMIT_MS = 5_000;
const POLL_MS = 50;

/** A serving process, as the system sees it. */
export interface WorkerProcess {
  readonly pid: number;
  readonly rssMb: number;
}

/** Salver with one worker on a copy of the drivers repo. */
export class Subject {
  readonly server: RunningServer;
  readonly #folder: string;

  private constructor(server: RunningServer, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  static async start(): Promise<Subject> {
    const folder = mkdtempSync(join(tmpdir(), 'salver-wire-fuzz-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    const repo = join(folder, 'repo');
    cpSync(REPO, repo, { recursive: true });
    return new Subject(await startSalver({ repo, logFile: join(folder, 'salver.log') }), folder);
  }

  get logFile(): string {
    return join(this.#folder, 'salver.log');
  }

  /** The one worker; undefined where the system does not show processes, or when it has none for seconds. */
  async worker(): Promise<WorkerProcess | undefined> {
    const giveUpAt = Date.now() + WORKER_LIMIT_MS;
    while (Date.now() < giveUpAt) {
      const [pid, ...more] = workersOf(this.server.pid);
      if (pid !== undefined && more.length === 0) return { pid, rssMb: residentMegabytes([pid]) };
      await delay(POLL_MS);
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
