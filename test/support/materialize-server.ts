import { type JobDocument, MaterializeClient } from './materialize-client.js';
import { MaterializeRepo } from './materialize-repo.js';
import { childrenOf, programOf, SalverProcess, within, workersOf } from './salver-process.js';
import { freePort } from './server-process.js';
import { readyCount } from './serve-fixture.js';

/** Of which a table can be made so large that a job can be met in the middle. */
export const LARGE_VIEW = 'incremental_stats';
export const BATCH_ROWS = 250;
/** So much is stored when a test interferes. */
const SOME_ROWS = 2000;
const MIDDLE_LIMIT_MS = 90_000;
const JOB_ENTRY = 'materializer.main.js';

/** A server on a copy of the recorded repo, whose jobs are long enough to be met in the middle. */
export class MaterializeServer {
  readonly repo = new MaterializeRepo('drivers-sqlite');
  private process: SalverProcess | undefined;

  constructor() {
    this.repo.emptyOnlineStore();
    this.repo.configure(`materialization: {online_write_batch_size: ${BATCH_ROWS}}\n`);
  }

  async start(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<MaterializeClient> {
    this.process = new SalverProcess(
      // A port of its own: a free one that the system finds would be another after the end of the last worker.
      ['-c', this.repo.path, 'serve', '--port', String(await freePort()), '--no-access-log', ...args],
      { env: { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '20', ...env } },
    );
    const url = await this.process.url();
    return new MaterializeClient(url);
  }

  get running(): SalverProcess {
    if (this.process === undefined) throw new Error('the server was not started');
    return this.process;
  }

  get primary(): number {
    return childrenOf(this.running.pid)[0] as number;
  }

  get jobs(): readonly number[] {
    return childrenOf(this.primary).filter((pid) => programOf(pid).includes(JOB_ENTRY));
  }

  get workers(): readonly number[] {
    return workersOf(this.primary);
  }

  ready(count: number): Promise<number[]> {
    return readyCount(this.running, count);
  }

  get stored(): number {
    return this.repo.countCells(LARGE_VIEW);
  }

  get intervals(): number {
    return this.repo.registered(LARGE_VIEW).materializationIntervals.length;
  }

  /** The process of the job, once some rows are stored. */
  async jobInTheMiddle(): Promise<number> {
    const pid = await within(MIDDLE_LIMIT_MS, () => (this.stored < SOME_ROWS ? undefined : this.jobs[0]));
    if (pid === undefined) throw new Error(`no job in the middle:\n${this.running.output}`);
    return pid;
  }

  async close(): Promise<void> {
    if (this.process !== undefined) {
      this.process.kill('SIGKILL');
      await this.process.ended;
    }
    this.repo[Symbol.dispose]();
  }
}

export type { JobDocument };
