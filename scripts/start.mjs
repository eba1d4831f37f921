// `npm start`: serves the bundled example on port 6566, after installing and building what is missing.
// Further options are those of `salver serve`: npm start -- --port 7000
import { join } from 'node:path';
import { launch, ROOT } from '../bin/launch.mjs';
import { build, install } from './prepare.mjs';

await install();
await build();
await launch(['-c', join(ROOT, 'example'), 'serve', ...process.argv.slice(2)]);
