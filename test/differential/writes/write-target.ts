import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { FeastVenv } from '../../support/feast-venv.ts';

export interface WriteColumn {
  /** As in the source. */
  readonly name: string;
  /** Feast's word; empty for times. */
  readonly type: string;
  readonly role: 'key' | 'feature' | 'time' | 'created';
}

/** A view or a push source, and the columns that rows for it have. */
export interface WriteTarget {
  readonly path: string;
  /** Of the body: what tells the target. */
  readonly member: string;
  readonly name: string;
  readonly columns: readonly WriteColumn[];
}

const PYTHON_LIMIT_MS = 300_000;
const run = promisify(execFile);

/** What can be written to a repo. Errors: an Error that holds Python's own words. */
export async function writeTargets({ python }: FeastVenv, repo: string): Promise<readonly WriteTarget[]> {
  const { stdout } = await run(python, [join(import.meta.dirname, 'write_shape.py'), repo], {
    env: { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False' },
    timeout: PYTHON_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return JSON.parse(stdout) as readonly WriteTarget[];
}
