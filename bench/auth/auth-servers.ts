import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ensureFeastVenv } from '../../test/support/feast-venv.ts';
import type { RunningServer } from '../../test/support/server-process.ts';
import { startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say } from '../bench-folder.ts';
import { benchRepo } from '../read/bench-repo.ts';

const SERVER_CORE = '0';
const FEAST_LIMIT_MS = 120_000;

/** The same repo behind the same registry with permissions, once for everybody and once for callers of an issuer. */
export interface AuthServers {
  readonly open: RunningServer;
  readonly oidc: RunningServer;
  readonly stop: () => Promise<void>;
}

/** Errors: an Error with Feast's words when it could not make the repo; ServerStartError. */
export async function startAuthServers(discoveryUrl: string, say: Say): Promise<AuthServers> {
  const venv = ensureFeastVenv(say);
  const repo = await benchRepo('sqlite', venv, say);
  const folder = join(BENCH_FOLDER, 'auth');
  mkdirSync(folder, { recursive: true });
  const registry = join(folder, 'registry.db');
  copyFileSync(join(repo.path, 'data/registry.db'), registry);
  const yaml = readFileSync(join(repo.path, 'feature_store.yaml'), 'utf8')
    .replace(/^auth:\n(?: .*\n?)*/m, '')
    .replace(/^registry:.*$/m, `registry: ${registry}`);
  const yamlFile = (name: string, auth: string): string => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, `${yaml}auth: ${auth}\n`);
    return file;
  };
  const openYaml = yamlFile('open', 'no_auth');
  addPermissions(venv.python, openYaml);
  const closed = `{type: oidc, auth_discovery_url: "${discoveryUrl}", client_id: c}`;
  const start = (name: string, file: string): Promise<RunningServer> =>
    startSalver({
      repo: repo.path,
      args: ['--feature-store-yaml', file],
      // The connections of the load stay open for the whole run.
      env: { SALVER_SERVER_CONNECTION_REQUESTS: '0', SALVER_SERVER_CONNECTION_AGE_SECONDS: '0' },
      prefix: ['taskset', '-c', SERVER_CORE],
      logFile: join(folder, `${name}.log`),
    });
  const open = await start('open', openYaml);
  try {
    const oidc = await start('oidc', yamlFile('oidc', closed));
    return { open, oidc, stop: async () => void (await Promise.all([open.stop(), oidc.stop()])) };
  } catch (error) {
    await open.stop();
    throw error;
  }
}

function addPermissions(python: string, yaml: string): void {
  const script = join(import.meta.dirname, 'permissions.py');
  const env = { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False' };
  const options = { encoding: 'utf8', env, timeout: FEAST_LIMIT_MS, killSignal: 'SIGKILL' } as const;
  const { status, error, stderr } = spawnSync(python, [script, yaml], options);
  if (status !== 0) throw new Error(`${script} failed: ${error?.message ?? stderr}`);
}
