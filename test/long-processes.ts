import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { CHECKOUT } from './support/servers.ts';

/**
 * The specs of processes with the figures that the project promises: 20 recycles, 20 000 requests, a minute of registries;
 * jobs whose processes are killed; more pushes than fit into memory.
 */
const vitest = join(CHECKOUT, 'node_modules/vitest/vitest.mjs');
const args = [vitest, 'run', '--config', 'vitest.config.long.ts'];
const env = { ...process.env, SALVER_LONG: '1' };
process.exitCode = spawnSync(process.execPath, args, { cwd: CHECKOUT, stdio: 'inherit', env }).status ?? 1;
