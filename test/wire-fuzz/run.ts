import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { lastLines } from '../support/server-process.ts';
import { CHECKOUT } from '../support/servers.ts';
import { countsText, FuzzCampaign, type FuzzProblem, type FuzzResult } from './campaign.ts';
import { parseOptions, USAGE } from './options.ts';
import { Subject } from './subject.ts';

const REPORT = join(CHECKOUT, '.salver/reports/wire-fuzz.json');
const MOST_SHOWN = 20;
const say = (line: string): void => console.log(line);

function printResult({ statuses, unanswered, rssMb, ...result }: FuzzResult): void {
  say(`answers  ${countsText(statuses)}`);
  say(`without an answer  ${countsText(unanswered)}`);
  say(
    `p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms, slowest ${result.slowestMs.toFixed(0)} ms`,
  );
  say(
    rssMb === undefined
      ? 'memory unknown'
      : `memory ${rssMb.early} MB after a tenth, ${rssMb.late} MB at the end`,
  );
}

/** One line for each kind of problem: the first of it, and how many there are. */
function printProblems(problems: readonly FuzzProblem[], seed: number): void {
  const kinds = Map.groupBy(problems, ({ why }) => why.replace(/[0-9a-f-]{8,}|\d+/g, '#').slice(0, 80));
  for (const [first, ...more] of [...kinds.values()].slice(0, MOST_SHOWN)) {
    if (first === undefined) continue;
    say(`── request ${first.index}, seed ${seed}, and ${more.length} like it: ${first.why}`);
    say(`   again: --seed ${seed} --from ${first.index} --requests 1`);
  }
}

function writeReport({ exchanges, problems }: FuzzResult, seed: number): void {
  const failed = new Set(problems.map(({ index }) => index)).size;
  mkdirSync(dirname(REPORT), { recursive: true });
  const told = problems.map(({ index, why }) => `request ${index}: ${why}`);
  writeFileSync(REPORT, `${JSON.stringify({ passed: exchanges - failed, failed, problems: told, seed })}\n`);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    say(USAGE);
    return 0;
  }
  say(`seed ${options.seed}`);
  const subject = await Subject.start();
  try {
    const result = await new FuzzCampaign(subject, options, say).run();
    printResult(result);
    printProblems(result.problems, options.seed);
    writeReport(result, options.seed);
    if (result.problems.length > 0) say(`\nend of Salver's log:\n${lastLines(subject.logFile, MOST_SHOWN)}`);
    say(`seed ${options.seed}: ${result.exchanges} exchanges, ${result.problems.length} problems`);
    return result.problems.length === 0 ? 0 : 1;
  } finally {
    await subject.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
