// `npm start`: applies, loads and serves the bundled example on port 6566, after installing and building what is missing.
// Further options are those of `salver serve`: npm start -- --port 7000
import { launch } from '../bin/launch.mjs';
import { EXAMPLE, prepareExample } from './prepare-example.mjs';
import { build, install } from './prepare.mjs';

/** npm passes a signal to its shell, which ends without passing it on: that the parent is gone is the signal then. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

endWithNpm();
await install();
await build();
process.exitCode = await prepareExample();
if (process.exitCode === 0) await launch(['-c', EXAMPLE, 'serve', ...process.argv.slice(2)]);
