// `npm test`: installs what is missing, then everything that `npm run verify` checks.
import { join } from 'node:path';
import { findNode, ROOT, run } from '../bin/launch.mjs';
import { install } from './prepare.mjs';

await install();
process.exitCode = await run(findNode(), [join(ROOT, 'scripts', 'verify.mjs')], { cwd: ROOT });
