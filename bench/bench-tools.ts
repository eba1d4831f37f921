import { spawnSync } from 'node:child_process';

import type { Say } from './bench-folder.ts';

const INSTALL_LIMIT_MS = 5 * 60_000;

/** Programs and the Debian packages that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  taskset: 'util-linux',
  wrk: 'wrk',
  'redis-server': 'redis-server',
};

/** Installs what is missing, as root on Debian. Errors: an Error that says what to install by hand. */
export function ensureTools(programs: readonly string[], say: Say): void {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const packages = missing.map((program) => PACKAGES[program] ?? program);
  if (process.getuid?.() === 0) {
    say(`installing ${packages.join(' ')}`);
    for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
      spawnSync('apt-get', args, { stdio: 'ignore', timeout: INSTALL_LIMIT_MS });
    }
  }
  if (missing.some((program) => !isThere(program)))
    throw new Error(`${missing.join(' and ')} missing: apt-get install --yes ${packages.join(' ')}`);
}

function isThere(command: string): boolean {
  return spawnSync('which', [command]).status === 0;
}
