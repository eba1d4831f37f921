// `npm run verify`: every check that needs nothing but the checkout, in this order. All of them run, so that one
// call shows all that is wrong. The last line counts tests, from the reports of their runners.
import { dirname, join } from 'node:path';
import { findNode, ROOT, run } from '../bin/launch.mjs';
import { build } from './prepare.mjs';
import { forgetSteps, timed } from './steps.mjs';
import { printTotals } from './totals.mjs';

const STEPS = [
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
  ['types', 'node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json', '--noEmit'],
  ['unit', 'node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.config.ts'],
  ['e2e', 'node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.config.e2e.ts'],
  ['conformance', 'test/conformance/run.ts'],
];

const node = findNode();
// Programs that the tests start find the pinned Node first.
const env = {
  ...process.env,
  // Hundreds of processes load the same program.
  NODE_COMPILE_CACHE: join(ROOT, '.salver', 'compile-cache'),
  PATH: `${dirname(node)}:${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}`,
};
// `npm test` has noted what came before.
if (!process.argv.includes('--continued')) forgetSteps();
await timed('build', build);

const failed = [];
for (const [name, ...command] of STEPS) {
  console.log(`\n── ${name}`);
  const exitCode = await timed(name, () => run(node, command, { cwd: ROOT, env }));
  if (exitCode !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nAll steps passed.' : `\nFailed steps: ${failed.join(', ')}`);
const totals = printTotals(['unit', 'e2e', 'conformance']);
process.exitCode = totals.failed > 0 ? 1 : 0;
