import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { feastEnv, type FeastVenv, feastVenv } from '../support/feast-venv.ts';
import { type RunningServer } from '../support/server-process.ts';
import { type ServeOptions, startFeast, startSalver } from '../support/servers.ts';
import type { RepoShape } from './requests.ts';

const SCRIPTS = join(import.meta.dirname, 'repo');
const PYTHON_LIMIT_MS = 240_000;
/** Where shops of one run are kept that are made the same way; `run.ts` says it. */
const SHOPS = process.env['SALVER_TEST_SHOPS'];
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
    const make = async (folder: string): Promise<unknown> => {
      const args = [folder, String(keyVersion), ...(redis === undefined ? [] : [redis])];
      return runPython(venv, [pythonScript('make_repo.py'), ...args], timeZone);
    };
    if (SHOPS === undefined || redis !== undefined) await make(path);
    else {
      const kind = `${keyVersion}-${timeZone.replace('/', '-')}`;
      cpSync(await madeOnce(join(SHOPS, kind), make), path, { recursive: true });
    }
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

/** A folder that one of the spec files makes, and the others copy: they run at the same time. */
async function madeOnce(folder: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const lock = `${folder}.making`;
  for (const giveUpAt = Date.now() + PYTHON_LIMIT_MS; !existsSync(folder); await delay(100)) {
    if (Date.now() > giveUpAt) throw new Error(`nobody makes ${folder}`);
    if (!isFirst(lock)) continue;
    try {
      await make(join(lock, 'shop'));
      renameSync(join(lock, 'shop'), folder);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return folder;
}

function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
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
    env: feastEnv(timeZone),
    timeout: PYTHON_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  child.child.stdin?.end(input);
  return (await child).stdout;
}
