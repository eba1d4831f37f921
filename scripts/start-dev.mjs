// `npm run start:dev`: serves the bundled example with `nest start --watch`, which restarts on changes.
import { dirname, join } from 'node:path';
import { findNode, ROOT, run } from '../bin/launch.mjs';
import { prepareExample } from './prepare-example.mjs';
import { build, install } from './prepare.mjs';

await install();
await build();
process.exitCode = await prepareExample();
if (process.exitCode === 0) {
  // Nest starts `node` by its name.
  const env = { ...process.env, PATH: `${dirname(findNode())}:${process.env.PATH}` };
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  process.exitCode = await run(findNode(), [nest, 'start', '--watch'], { cwd: ROOT, env });
}
