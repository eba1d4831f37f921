import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, SalverProcess, within } from './salver-process.ts';
import { CHECKOUT } from './servers.ts';

export const READ_PATH = '/get-online-features';
/** Of the recorded repo drivers-sqlite. */
export const READ_BODY = '{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[1001]}}';

const READY_LIMIT_MS = 120_000;
const RECORDED_REPO = 'test/fixtures/conformance/repos/drivers-sqlite';

/** Servers of one test on a copy of a recorded repo; all are ended by `close`. */
export class ServeFixture {
  readonly repo = mkdtempSync(join(tmpdir(), 'salver-serve-'));
  private readonly started: SalverProcess[] = [];

  constructor() {
    cpSync(join(CHECKOUT, RECORDED_REPO), this.repo, { recursive: true });
  }

  serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): SalverProcess {
    const server = new SalverProcess(['-c', this.repo, 'serve', '--port', '0', '--no-access-log', ...args], {
      env: { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '2', ...env },
    });
    this.started.push(server);
    return server;
  }

  /** Writes salver.yaml. */
  setSalver(text: string): void {
    writeFileSync(join(this.repo, 'salver.yaml'), text);
  }

  async close(): Promise<void> {
    for (const server of this.started) {
      server.kill('SIGTERM');
      await delay(600);
      server.kill('SIGTERM');
      await server.ended;
    }
    rmSync(this.repo, { recursive: true });
  }
}

/** Of the workers that became ready, in that order; some may be gone. */
export function readyWorkers(server: SalverProcess): number[] {
  return [...server.output.matchAll(/"worker":(\d+),"msg":"worker ready"/g)].map(([, pid]) => Number(pid));
}

/** Waits until so many workers have become ready since the start. Errors: an Error with what was printed. */
export async function readyCount(server: SalverProcess, count: number): Promise<number[]> {
  const workers = await within(READY_LIMIT_MS, () =>
    readyWorkers(server).length >= count ? readyWorkers(server) : undefined,
  );
  if (!workers) throw new Error(`${count} workers were not ready:\n${server.output}`);
  return workers;
}

export function primaryOf(server: SalverProcess): number {
  return childrenOf(server.pid)[0] as number;
}
