import { join } from 'node:path';

import { ensureFeastVenv } from '../support/feast-venv.ts';
import { CHECKOUT } from '../support/servers.ts';
import { runCampaign } from './campaign.ts';
import type { CampaignResult } from './finding.ts';
import { type DifferentialOptions, parseOptions, USAGE } from './options.ts';
import { summaryText, writeReport } from './report.ts';
import { TARGETS, WRITE_TARGETS } from './targets.ts';

const REPORTS = join(CHECKOUT, '.salver/reports');
/** Repos that are worked on at once: two real servers fill two cores. */
const LANES = 2;
const say = (line: string): void => console.log(line);

async function runAll(options: DifferentialOptions): Promise<CampaignResult[]> {
  const { repos, store, seed, from, writes } = options;
  const venv = ensureFeastVenv(say);
  const targets = (writes ? WRITE_TARGETS : TARGETS).filter(
    (target) => target.store === store && (repos.length === 0 || repos.includes(target.name)),
  );
  const requests = Math.ceil(options.requests / targets.length);
  const left = [...targets];
  const results: CampaignResult[] = [];
  const lane = async (): Promise<void> => {
    for (let target = left.shift(); target !== undefined; target = left.shift()) {
      results.push(await runCampaign(target, { seed, from, requests, writes, venv, say }));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  say(`seed ${options.seed}`);
  const results = await runAll(options);
  const findings = results.flatMap((result) => result.findings);
  for (const result of results) say(summaryText(result));
  for (const { target, index, count } of findings) say(`${count} like ${target}, request ${index}`);
  writeReport(join(REPORTS, `differential${options.writes ? '-writes' : ''}.json`), results, options.seed);
  say(
    `seed ${options.seed}: ${findings.length === 0 ? 'no' : findings.length} kinds of unexplained differences`,
  );
  return findings.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
