// Adds up the reports of the test runners and prints what a gate reads: how long the steps took, what failed, and last
// the line that counts.
import { readReport } from './reports.mjs';
import { notedSteps } from './steps.mjs';

/** Of a message: what it says, not all that was compared. */
const MESSAGE_LINES = 8;
const LINE_LENGTH = 400;
/** Of each suite: a mistake that breaks everything is not told a thousand times. */
const MOST_FAILURES = 40;

/**
 * Ends with `N passed, N failed`, and what was skipped if anything was. A report that is missing counts as one failure,
 * and so does each step that failed without a failed test of its own.
 */
export function printTotals(names) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const steps = notedSteps();
  const reports = new Map(names.map((name) => [name, readReport(name)]));
  for (const { name, ok } of steps)
    if (!ok && !reports.get(name)?.failed) reports.set(name, failedStep(name, reports.get(name)));
  for (const report of reports.values()) {
    totals.passed += report.passed;
    totals.failed += report.failed;
    totals.skipped += report.skipped;
  }
  printSteps(steps);
  for (const { failures } of reports.values()) printFailures(failures);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
  return totals;
}

function failedStep(name, { passed = 0, skipped = 0 } = {}) {
  const failure = { where: name, message: 'The step failed, and no test of it: its own output says why.' };
  return { passed, failed: 1, skipped, failures: [failure] };
}

function printSteps(steps) {
  for (const { name, seconds, ok } of steps)
    console.log(`${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s${ok ? '' : '  failed'}`);
}

function printFailures(failures) {
  for (const { where, message } of failures.slice(0, MOST_FAILURES)) {
    console.log(`FAILED ${where}`);
    const lines = message.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines.slice(0, MESSAGE_LINES)) console.log(`    ${line.slice(0, LINE_LENGTH)}`);
  }
  const more = failures.length - MOST_FAILURES;
  if (more > 0) console.log(`FAILED and ${more} more`);
}

if (process.argv[1]?.endsWith('totals.mjs')) {
  const totals = printTotals(process.argv.slice(2));
  process.exitCode = totals.failed > 0 ? 1 : 0;
}
