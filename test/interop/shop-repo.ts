import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type FeastVenv, feastVenv } from '../support/feast-venv.ts';
import { type RunningServer } from '../support/server-process.ts';
import { type ServeOptions, startFeast, startSalver } from '../support/servers.ts';
import type { RepoShape } from './requests.ts';

const SCRIPTS = join(import.meta.dirname, 'repo');
const PYTHON_LIMIT_MS = 120_000;
const run = promisify(execFile);

export interface ShopOptions {
  readonly keyVersion: 2 | 3;
  /** The time zone in which Feast loads the rows and both servers run. */
  readonly timeZone: string;
  /** The connection string of the online store, which is SQLite without it. */
  readonly redis?: string;
}

/** The shop repo that real Feast has applied and loaded, in a temporary folder, with what runs on it. */
export class ShopRepo {
  readonly path: string;
  readonly shape: RepoShape;
  readonly venv: FeastVenv;
  readonly #env: Readonly<Record<string, string>>;
  readonly #servers: RunningServer[] = [];

  private constructor(path: string, venv: FeastVenv, timeZone: string) {
    this.path = path;
    this.venv = venv;
    this.shape = JSON.parse(readFileSync(join(path, 'shape.json'), 'utf8')) as RepoShape;
    this.#env = { TZ: timeZone };
  }

  static async make({ keyVersion, timeZone, redis }: ShopOptions): Promise<ShopRepo> {
    const venv = feastVenv();
    const path = join(mkdtempSync(join(tmpdir(), 'salver-interop-')), 'shop');
    const args = [path, String(keyVersion), ...(redis === undefined ? [] : [redis])];
    await runPython(venv, [pythonScript('make_repo.py'), ...args], timeZone);
    return new ShopRepo(path, venv, timeZone);
  }

  async startFeast(): Promise<RunningServer> {
    return this.#keep(await startFeast(this.venv.feast, this.#serve('feast.log')));
  }

  async startSalver(): Promise<RunningServer> {
    return this.#keep(await startSalver(this.#serve('salver.log')));
  }

  /** Stops what was started on the repo, and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map(async (server) => server.stop()));
    rmSync(join(this.path, '..'), { recursive: true, force: true });
  }

  #keep(server: RunningServer): RunningServer {
    this.#servers.push(server);
    return server;
  }

  #serve(log: string): ServeOptions {
    return { repo: this.path, logFile: join(this.path, '..', log), env: this.#env };
  }
}

export function pythonScript(name: string): string {
  return join(SCRIPTS, name);
}

/** Runs a script to its end and returns what it printed; an Error with its own words when it fails. */
export async function runPython(
  venv: FeastVenv,
  args: readonly string[],
  timeZone = 'UTC',
  input = '',
): Promise<string> {
  const child = run(venv.python, [...args], {
    env: { ...process.env, TZ: timeZone, FEAST_USAGE: 'False' },
    timeout: PYTHON_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  child.child.stdin?.end(input);
  return (await child).stdout;
}
