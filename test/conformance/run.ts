import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { CHECKOUT } from '../support/servers.ts';
import { parseOptions, type RunOptions, USAGE } from './options.ts';
import { loadPolicy } from './policy.ts';
import type { Outcome } from './replay.ts';
import { replayFile } from './replay-file.ts';
import { failureLines, fileTable, writeReport } from './report.ts';
import { heldAgainst, loadRequired, type Required } from './required.ts';

const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');
/** Recordings at a time, each with a server of its own: they start, and some wait as the recorder did. */
const LANES = 3;
const REPORT = join(CHECKOUT, '.salver/reports/conformance.json');

function recordings(options: RunOptions): readonly string[] {
  const files = ['cases', 'scenarios'].flatMap((folder) =>
    readdirSync(join(FIXTURES, folder)).map((name) => `${folder}/${name}`),
  );
  const wanted = (file: string): boolean =>
    options.files.length === 0 || options.files.some((name) => fits(file, name));
  return files.filter(wanted).toSorted((a, b) => (a < b ? -1 : 1));
}

/** A whole file name, with or without its folder and ending, or a part of the path. */
function fits(file: string, name: string): boolean {
  const isWhole = (whole: string): boolean => file === whole || file.endsWith(`/${whole}`);
  return name.endsWith('.json') ? isWhole(name) : file.includes(name);
}

async function replayAll(files: readonly string[], options: RunOptions): Promise<readonly Outcome[]> {
  const twinRules =
    options.twins || options.python !== undefined
      ? loadPolicy(join(import.meta.dirname, 'twin-policy.json'))
      : [];
  const rules = options.policy ? [...twinRules, ...loadPolicy(join(FIXTURES, 'policy.json'))] : [];
  const outcomes = new Map<string, readonly Outcome[]>();
  const left = [...files];
  const lane = async (): Promise<void> => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      const ofFile = await replayFile({ fixtures: FIXTURES, file, rules, options });
      outcomes.set(file, ofFile);
      if (ofFile.length > 0) printOutcomes(file, ofFile, options);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return files.flatMap((file) => outcomes.get(file) ?? []);
}

function printOutcomes(file: string, outcomes: readonly Outcome[], { verbose }: RunOptions): void {
  console.log(fileTable(file, outcomes));
  const reasons = new Set(
    outcomes.flatMap(({ verdict }) => (verdict.kind === 'not-run' ? [verdict.why] : [])),
  );
  for (const why of reasons) console.log(`not run: ${why}`);
  if (verbose) for (const text of failureLines(outcomes)) console.log(text);
}

/** Holds the outcomes against what is required, prints and writes the result; true when all of it matches. */
function isHeld(files: readonly string[], outcomes: readonly Outcome[], options: RunOptions): boolean {
  const everything: Required = Object.fromEntries(files.map((file) => [file, [{}]]));
  const required = options.all ? everything : loadRequired(join(import.meta.dirname, 'required.json'));
  const held = heldAgainst(required, outcomes);
  // With --only a requirement may well fit none of the chosen cases.
  const ratchet = options.only === undefined ? held : { ...held, empty: [] };
  if (!options.verbose) for (const text of failureLines(ratchet.failed)) console.log(text);
  for (const filter of ratchet.empty) console.log(`required, but no such case: ${filter}`);
  writeReport(REPORT, ratchet, outcomes);
  const matched = outcomes.filter(
    ({ verdict }) => verdict.kind === 'match' || verdict.kind === 'policy',
  ).length;
  const failed = ratchet.failed.length + ratchet.empty.length;
  console.log(`\n${matched} of ${outcomes.length} match`);
  console.log(`required: ${ratchet.passed} passed, ${failed} failed`);
  return failed === 0;
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const files = recordings(options);
  const outcomes = await replayAll(files, options);
  if (outcomes.length === 0) throw new Error('no recording fits these options');
  return isHeld(files, outcomes, options) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 2;
}
