// `npm run verify`: every check that needs nothing but the checkout, in this order. All of them run, so that one
// call shows all that is wrong. The last line counts tests, from the reports of their runners.
import { findNode, ROOT, run } from '../bin/launch.mjs';
import { build } from './prepare.mjs';
import { forgetSteps, notedSteps, runSteps, timed } from './steps.mjs';
import { testEnv } from './test-env.mjs';
import { printTotals } from './totals.mjs';

const node = findNode();
const CHECKS = [
  ['lint', node, 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'],
  ['format', node, 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['types', node, 'node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json', '--noEmit'],
];
const TESTS = [
  ['unit', 'node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.config.ts'],
  ['e2e', 'node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.config.e2e.ts'],
  ['conformance', 'test/conformance/run.ts'],
];

// `npm test` has noted what came before.
if (!process.argv.includes('--continued')) forgetSteps();
await timed('build', build);

const options = { cwd: ROOT, env: testEnv() };
await runSteps(CHECKS, 2, options);
for (const [name, ...command] of TESTS) {
  console.log(`\n── ${name}`);
  await timed(name, () => run(node, command, options));
}
const failed = notedSteps().filter(({ ok }) => !ok);
const names = failed.map(({ name }) => name).join(', ');
console.log(failed.length === 0 ? '\nAll steps passed.' : `\nFailed steps: ${names}`);
const totals = printTotals(['unit', 'e2e', 'conformance']);
process.exitCode = totals.failed > 0 ? 1 : 0;
