// The reports that the test runners leave, each in its own form, read into one.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../bin/launch.mjs';

export const REPORTS = join(ROOT, '.salver', 'reports');

/**
 * What a report says: how many passed, failed and were skipped, and what failed: where and which, and the message.
 * A report that is missing counts as one failure.
 */
export function readReport(name) {
  const file = join(REPORTS, `${name}.json`);
  if (!existsSync(file)) {
    const failure = { where: name, message: 'It left no report: it did not run, or not to its end.' };
    return { passed: 0, failed: 1, skipped: 0, failures: [failure] };
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return 'numPassedTests' in report ? vitestReport(name, report) : campaignReport(name, report);
}

function vitestReport(name, report) {
  const failures = [];
  for (const file of report.testResults) {
    const where = `${name}  ${relative(ROOT, file.name)}`;
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    for (const test of failed)
      failures.push({ where: `${where}  ${test.fullName}`, message: test.failureMessages.join('\n') });
    // It could not be loaded, or what its tests need could not be made.
    if (file.status === 'failed' && failed.length === 0)
      failures.push({ where, message: file.message || 'It failed outside of its tests.' });
  }
  // Errors that came when no test waited for them.
  const unhandled = join(REPORTS, `${name}.unhandled.json`);
  if (existsSync(unhandled))
    for (const message of JSON.parse(readFileSync(unhandled, 'utf8')))
      failures.push({ where: name, message });
  return {
    passed: report.numPassedTests,
    failed: Math.max(failures.length, report.numFailedTests),
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

/** Of conformance and of the campaigns, which count what they did and tell of each problem in a line. */
function campaignReport(name, { passed, failed, skipped = 0, problems = [], seed }) {
  const where = seed === undefined ? name : `${name}  --seed ${seed}`;
  return { passed, failed, skipped, failures: problems.map((message) => ({ where, message })) };
}
