import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { CHECKOUT } from './support/servers.ts';

const USAGE = `Runs the campaigns in their long forms, one after the other, all of them whatever the others say.

  npm run test:long -- [options]

  --short             few requests each, in a few minutes
  --seed S            the same requests again in all of them
  --only NAME         only this one; may be repeated
`;

interface Campaign {
  readonly name: string;
  readonly script: string;
  readonly long: readonly string[];
  readonly short: readonly string[];
  readonly seeded: boolean;
}

const CAMPAIGNS: readonly Campaign[] = [
  campaign('fuzz', 'test/fuzz/run.ts', 50_000, 3_000),
  {
    name: 'fuzz-batched',
    script: 'test/fuzz/run.ts',
    long: ['--batched', '--requests', '15000'],
    short: ['--batched', '--requests', '1500'],
    seeded: true,
  },
  campaign('wire-fuzz', 'test/wire-fuzz/run.ts', 50_000, 3_000),
  campaign('differential', 'test/differential/run.ts', 20_000, 400),
  {
    name: 'differential-writes',
    script: 'test/differential/run.ts',
    long: ['--writes', '--requests', '4000'],
    short: ['--writes', '--requests', '150'],
    seeded: true,
  },
  {
    name: 'faults',
    script: 'test/faults/run.ts',
    long: ['--kills', '100'],
    short: ['--kills', '6', '--store', 'sqlite'],
    seeded: true,
  },
  {
    name: 'races',
    script: 'test/faults/races.ts',
    long: ['--seeds', '200'],
    short: ['--seeds', '5'],
    seeded: true,
  },
  {
    name: 'steady',
    script: 'test/wire-fuzz/steady.ts',
    long: ['--requests', '100000', '--strict'],
    short: ['--requests', '10000'],
    seeded: false,
  },
  { name: 'processes', script: 'test/long-processes.ts', long: [], short: [], seeded: false },
  { name: 'interop', script: 'test/interop/run.ts', long: [], short: [], seeded: false },
];

function campaign(name: string, script: string, long: number, short: number): Campaign {
  const requests = (count: number): string[] => ['--requests', String(count)];
  return { name, script, long: requests(long), short: requests(short), seeded: true };
}

function main(): number {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const names = CAMPAIGNS.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only is one of ${names.join(', ')}, not ${unknown}`);
  const chosen = CAMPAIGNS.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  const seed = values.seed === undefined ? [] : ['--seed', values.seed];
  const failed = chosen.filter((each) => !passes(each, values.short, seed)).map(({ name }) => name);
  console.log(failed.length === 0 ? '\nAll campaigns passed.' : `\nFailed campaigns: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

function passes(each: Campaign, isShort: boolean, seed: readonly string[]): boolean {
  console.log(`\n── ${each.name}`);
  const form = isShort ? each.short : each.long;
  const args = [join(CHECKOUT, each.script), ...form, ...(each.seeded ? seed : [])];
  const env = { ...process.env, ...(isShort ? {} : { SALVER_LONG: '1' }) };
  return spawnSync(process.execPath, args, { cwd: CHECKOUT, stdio: 'inherit', env }).status === 0;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
