import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { type CampaignResult, findingText } from './finding.ts';

export function summaryText({ target, passed, findings, deliberate }: CampaignResult): string {
  const failed = findings.reduce((sum, { count }) => sum + count, 0);
  const rules = [...deliberate].map(([rule, count]) => `${rule}: ${count}`).join(', ');
  return `${target}: ${passed} as they should be (by deliberate differences: ${rules || 'none'}), ${failed} unexplained`;
}

/** Writes what the gate reads. */
export function writeReport(path: string, results: readonly CampaignResult[], seed: number): void {
  const findings = results.flatMap((result) => result.findings);
  const failed = findings.reduce((sum, { count }) => sum + count, 0);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `${JSON.stringify({ passed, failed, problems: findings.map((finding) => findingText(finding, seed)), seed })}\n`,
  );
}
