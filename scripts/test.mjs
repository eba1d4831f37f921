// `npm test`: installs what is missing (npm and Debian packages), then everything that `npm run verify` checks.
import { join } from 'node:path';
import { findNode, ROOT, run } from '../bin/launch.mjs';
import { install, installTestPrograms } from './prepare.mjs';
import { forgetSteps, timed } from './steps.mjs';

// The gate has done and noted it.
if (!process.argv.includes('--continued')) {
  forgetSteps();
  await timed('install', async () => {
    await install();
    await installTestPrograms();
  });
}
process.exitCode = await run(findNode(), [join(ROOT, 'scripts', 'verify.mjs'), '--continued'], { cwd: ROOT });
