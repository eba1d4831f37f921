// Adds up the reports of the test runners and prints the line that a gate reads.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../bin/launch.mjs';

export const REPORTS = join(ROOT, '.salver', 'reports');

/**
 * Prints `N passed, N failed`, and what was skipped if anything was. A report that is missing counts as one
 * failure, and so does each step that failed without a failed test of its own.
 */
export function printTotals(names, failedSteps = 0) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    const report = read(name);
    totals.passed += report.passed;
    totals.failed += report.failed;
    totals.skipped += report.skipped;
  }
  if (totals.failed === 0) totals.failed = failedSteps;
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
  return totals;
}

/** Of Vitest's JSON reporter, or of the conformance runner. */
function read(name) {
  const file = join(REPORTS, `${name}.json`);
  if (!existsSync(file)) {
    console.log(`${name}: no report`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  if ('numPassedTests' in report) {
    const files = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + files.length,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  }
  return { passed: report.passed, failed: report.failed, skipped: report.skipped ?? 0 };
}

if (process.argv[1]?.endsWith('totals.mjs')) {
  const totals = printTotals(process.argv.slice(2));
  process.exitCode = totals.failed > 0 ? 1 : 0;
}
