import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { loadRecording } from '../conformance/exchange.ts';
import { scratchRepo } from '../conformance/scratch-repo.ts';
import { feastEnv, type FeastVenv } from '../support/feast-venv.ts';
import { CHECKOUT } from '../support/servers.ts';
import type { ServedInstead } from './twin.ts';

const PYTHON_LIMIT_MS = 300_000;
const run = promisify(execFile);
const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');

/** A repo that requests are made for. */
export interface Target {
  readonly name: string;
  readonly store: StoreKind;
  readonly instead: ServedInstead;
  /** Views that are not asked for: of a singleton Feast computes the first row alone, on purpose Salver all. */
  readonly unasked?: readonly string[];
  /** Of Salver, with the Python that computes on-demand views. */
  readonly python?: boolean;
  /** Makes the repo, filled, as a folder of its own. */
  readonly make: (venv: FeastVenv) => Promise<MadeRepo>;
}

export type StoreKind = 'sqlite';

export interface MadeRepo {
  readonly path: string;
  readonly remove: () => void;
}

const DRIVERS_INSTEAD: ServedInstead = { stuck_stats: 'broken_stats', stuck_value: 'broken_value' };

export const TARGETS: readonly Target[] = [
  recorded('alltypes', 'alltypes-sqlite.json', {}),
  recorded('drivers', 'drivers-sqlite.json', DRIVERS_INSTEAD),
  recorded('drivers-versions', 'drivers-sqlite-versioning.json', DRIVERS_INSTEAD),
  scripted('versions', join(import.meta.dirname, 'make_versioned_repo.py')),
  { ...recorded('odfv', 'odfv-sqlite.json', {}), python: true, unasked: ['singleton_rate'] },
  scripted('shop-key-2', join(CHECKOUT, 'test/interop/repo/make_repo.py'), ['2']),
];

export const WRITE_TARGETS: readonly Target[] = [
  recorded('alltypes', 'alltypes-sqlite.json', {}),
  recorded('drivers', 'drivers-sqlite.json', {}),
  scripted('pushes', join(CHECKOUT, 'test/interop/repo/make_push_repo.py')),
];

/** The repo of a recording, set up as the recording says: its store is filled already. */
function recorded(name: string, file: string, instead: ServedInstead): Target {
  const make = async (): Promise<MadeRepo> =>
    scratchRepo(FIXTURES, file, loadRecording(join(FIXTURES, 'cases', file)));
  return { name, store: 'sqlite', instead, make };
}

/** A repo that a script makes with the real Feast: it is given the folder, which does not exist yet. */
function scripted(name: string, script: string, after: readonly string[] = []): Target {
  const make = async ({ python }: FeastVenv): Promise<MadeRepo> => {
    const scratch = mkdtempSync(join(tmpdir(), 'salver-differential-'));
    const path = join(scratch, 'repo');
    const env = feastEnv();
    await run(python, [script, path, ...after], { env, timeout: PYTHON_LIMIT_MS, killSignal: 'SIGKILL' });
    return { path, remove: () => rmSync(scratch, { recursive: true, force: true }) };
  };
  return { name, store: 'sqlite', instead: {}, make };
}

export function copied({ path }: MadeRepo): MadeRepo {
  const copy = mkdtempSync(join(tmpdir(), 'salver-differential-'));
  cpSync(path, copy, { recursive: true });
  return { path: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
}
