import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FaultsRepoOptions, HISTORIES, makeFaultsRepo, removeRepo } from '../faults/faults-repo.ts';
import { within } from './salver-process.ts';
import { type RunningServer } from './server-process.ts';
import { startSalver } from './servers.ts';
import { SmallDisks } from './small-disks.ts';

const [, ARCHIVE] = HISTORIES as [unknown, (typeof HISTORIES)[number]];
const DISK_BYTES = 4 << 20;

export type To = 'online' | 'offline' | 'online_and_offline';

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

export interface PushedServerOptions extends FaultsRepoOptions {
  /** Folders of the repo that are small file systems. */
  readonly disks?: readonly string[];
  /** As they are at the start. */
  readonly areReadOnly?: boolean;
  readonly salverYaml?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workers?: number;
}

/** A server that takes pushes, in processes of its own, on a repo of its own. */
export class PushedServer {
  private row = 0;
  private readonly opened: {
    readonly repo: string;
    readonly server: RunningServer;
    readonly disks: SmallDisks;
  };

  private constructor(opened: PushedServer['opened']) {
    this.opened = opened;
  }

  static async start(options: PushedServerOptions): Promise<PushedServer> {
    const repo = await makeFaultsRepo(options);
    for (const folder of options.disks ?? []) mkdirSync(join(repo, folder), { recursive: true });
    writeFileSync(join(repo, 'salver.yaml'), options.salverYaml ?? '');
    const disks = new SmallDisks((options.disks ?? []).map((folder) => join(repo, folder)));
    const server = await startSalver({
      repo,
      logFile: join(repo, 'server.log'),
      args: ['--workers', String(options.workers ?? 2)],
      ...(options.env && { env: options.env }),
      ...(options.disks && { prefix: disks.prefix(DISK_BYTES, options.areReadOnly) }),
    });
    disks.pid = server.pid;
    return new PushedServer({ repo, server, disks });
  }

  get repo(): string {
    return this.opened.repo;
  }

  get logFile(): string {
    return join(this.repo, 'server.log');
  }

  /** Of the launcher. */
  get pid(): number {
    return this.opened.server.pid;
  }

  get port(): number {
    return this.opened.server.port;
  }

  /** `folder` as the options name it. */
  fill(folder: string): void {
    this.opened.disks.fill(join(this.repo, folder));
  }

  free(folder: string): void {
    this.opened.disks.free(join(this.repo, folder));
  }

  setReadOnly(folder: string, isReadOnly: boolean): void {
    this.opened.disks.setReadOnly(join(this.repo, folder), isReadOnly);
  }

  /** Where everybody finds a folder of the repo, and in it what the server sees there. */
  seen(folder: string): string {
    return this.opened.disks.seen(join(this.repo, folder), '');
  }

  /** One row of an entity of its own, with an id that is returned by `lastId`. */
  async push(to: To, padding = 10): Promise<Answer> {
    this.row++;
    return this.post('/push', {
      push_source_name: ARCHIVE.pushSource,
      to,
      df: {
        sensor_id: [this.row],
        event_timestamp: ['2025-01-01T00:00:00Z'],
        row_id: [this.lastId.padEnd(padding, 'x')],
        reading: [this.row],
      },
    });
  }

  get lastId(): string {
    return `row-${this.row}-`;
  }

  /** What is stored online of the entity that was pushed last. */
  async stored(): Promise<Answer> {
    const entities = { sensor_id: [this.row] };
    return this.post('/get-online-features', { features: [`${ARCHIVE.view}:row_id`], entities });
  }

  /** Asks again until the answer is of this status. */
  async pushUntil(status: number, to: To, limitMs = 90_000): Promise<Answer | undefined> {
    return within(limitMs, async () => {
      const answer = await this.push(to);
      return answer.status === status ? answer : undefined;
    });
  }

  async stop(): Promise<void> {
    await this.opened.server.stop(30_000);
    removeRepo(this.repo);
  }

  private async post(path: string, body: object): Promise<Answer> {
    const answer = await fetch(this.opened.server.baseUrl + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { connection: 'close' },
    });
    const retryAfter = answer.headers.get('retry-after');
    return { status: answer.status, text: await answer.text(), retryAfter };
  }
}
