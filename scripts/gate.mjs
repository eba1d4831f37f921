// All that the gate runs, and what came of it: `npm test`, the suites beside a real Feast, and short forms of the campaigns.
import { findNode, ROOT, run } from '../bin/launch.mjs';
import { install, installTestPrograms } from './prepare.mjs';
import { forgetSteps, runSteps, timed } from './steps.mjs';
import { testEnv } from './test-env.mjs';
import { printTotals } from './totals.mjs';

/** A change is not red for what others of all generated requests would have found: those are for `npm run test:long`. */
const SEED = '20261125';
/** Two at a time: they wait for much. The longest is the first. */
const BESIDE = [
  ['interop', 'test/interop/run.ts'],
  ['faults', 'test/faults/run.ts', '--kills', '4', '--store', 'sqlite'],
  ['races', 'test/faults/races.ts', '--seeds', '3'],
  ['fuzz', 'test/fuzz/run.ts', '--requests', '2000'],
  [
    'differential',
    'test/differential/run.ts',
    '--requests',
    '120',
    '--repo',
    'drivers',
    '--repo',
    'odfv',
    '--seed',
    SEED,
  ],
  [
    'differential-writes',
    'test/differential/run.ts',
    '--writes',
    '--requests',
    '80',
    '--repo',
    'drivers',
    '--repo',
    'pushes',
    '--seed',
    SEED,
  ],
];

forgetSteps();
// What the lockfile names can be had, whatever was installed before.
await timed('lockfile', () =>
  run('npm', ['ci', '--dry-run', '--loglevel=error'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] }),
);
await timed('install', async () => {
  await install();
  await installTestPrograms();
});
const node = findNode();
// On a machine that does much else nobody waits too short, and nothing is shed.
const env = {
  ...testEnv(),
  SALVER_SERVER_REQUEST_TIMEOUT_MS: '30000',
  SALVER_OVERLOAD_MAX_LOOP_LAG_MS: '0',
};
// Which is mostly a download.
const venv = timed('feast', () => run(node, ['test/interop/run.ts', '--prepare'], { cwd: ROOT, env }));
await run('npm', ['test', '--', '--continued'], { cwd: ROOT });
await venv;
await runSteps(
  BESIDE.map(([name, ...command]) => [name, node, ...command]),
  2,
  { cwd: ROOT, env },
);
console.log();
const totals = printTotals(['unit', 'e2e', 'conformance', ...BESIDE.map(([name]) => name)]);
process.exitCode = totals.failed > 0 ? 1 : 0;
