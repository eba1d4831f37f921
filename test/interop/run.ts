import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureFeastVenv } from '../support/feast-venv.ts';
import { CHECKOUT } from '../support/servers.ts';

const TIME_LIMIT_MS = 15 * 60_000;

function main(): number {
  try {
    ensureFeastVenv((line) => console.log(line));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (process.argv.includes('--prepare')) return 0;
  const vitest = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'vitest.config.interop.ts', ...process.argv.slice(2)];
  const shops = mkdtempSync(join(tmpdir(), 'salver-shops-'));
  const ended = spawnSync(process.execPath, args, {
    cwd: CHECKOUT,
    env: { ...process.env, SALVER_TEST_SHOPS: shops },
    stdio: 'inherit',
    timeout: TIME_LIMIT_MS,
  });
  rmSync(shops, { recursive: true, force: true });
  if (ended.error !== undefined) console.error(ended.error.message);
  return ended.status ?? 1;
}

process.exitCode = main();
