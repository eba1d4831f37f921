import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { FeastVenv } from '../../test/support/feast-venv.ts';
import { SALVER } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say } from '../bench-folder.ts';

export const ENTITIES = 10_000;

const STEP_LIMIT_MS = 5 * 60_000;
const PYTHON = join(import.meta.dirname, 'repo');
const DEFINITIONS = join(import.meta.dirname, 'definitions.ts');
/** How a definition file that is checked with the project imports what a repo finds in the package. */
const OWN_BUILDERS = /'[./]*\/src\/definitions\/index\.js'/;

const YAML = `project: bench
provider: local
registry: data/registry.db
online_store:
  type: sqlite
  path: data/online_store.db
offline_store:
  type: file
entity_key_serialization_version: 3
auth:
  type: no_auth
`;

/** Two repos over copies of one store: Feast's with Python, Salver's with TypeScript. */
export interface TransformRepos {
  readonly feast: string;
  readonly salver: string;
}

/** Made by real Feast, once; Salver's is applied anew each time. Errors: an Error with what a command said. */
export function transformRepos(venv: FeastVenv, say: Say): TransformRepos {
  const feast = join(BENCH_FOLDER, 'transform-feast');
  const stamp = `${venv.feastVersion} ${ENTITIES}\n${readFileSync(join(PYTHON, 'features.py'), 'utf8')}`;
  const stampFile = join(feast, 'stamp');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    say(`making ${ENTITIES} entities through Feast`);
    rmSync(feast, { recursive: true, force: true });
    mkdirSync(feast, { recursive: true });
    cpSync(join(PYTHON, 'features.py'), join(feast, 'features.py'));
    writeFileSync(join(feast, 'feature_store.yaml'), YAML);
    step(feast, venv.python, [join(PYTHON, 'make_data.py'), String(ENTITIES)]);
    step(feast, venv.feast, ['apply']);
    step(feast, venv.feast, ['materialize', '2025-01-01T00:00:00', '2027-01-01T00:00:00', '-v', 'numbers']);
    writeFileSync(stampFile, stamp);
  }
  const salver = join(BENCH_FOLDER, 'transform-salver');
  rmSync(salver, { recursive: true, force: true });
  mkdirSync(join(salver, 'data'), { recursive: true });
  for (const name of ['numbers.parquet', 'online_store.db']) {
    cpSync(join(feast, 'data', name), join(salver, 'data', name));
  }
  writeFileSync(join(salver, 'feature_store.yaml'), YAML);
  const definitions = readFileSync(DEFINITIONS, 'utf8').replace(OWN_BUILDERS, "'salver'");
  writeFileSync(join(salver, 'features.ts'), definitions);
  step(salver, SALVER, ['apply', '--yes']);
  return { feast, salver };
}

function step(cwd: string, command: string, args: readonly string[]): void {
  const env = { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False' };
  const { status, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: STEP_LIMIT_MS,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
