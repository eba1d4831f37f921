import type { FeastVenv } from '../../test/support/feast-venv.ts';
import { machine, versions } from '../circumstances.ts';
import { LOAD_CORE } from '../read/wrk.ts';
import type { Measured, ShapeResult } from './measure.ts';
import type { PushOptions } from './options.ts';

/** What was measured on one store. */
export interface StoreResult {
  readonly storeTitle: string;
  readonly results: readonly ShapeResult[];
}

/** The results as a table to paste into a page. */
export function markdown(all: readonly StoreResult[], options: PushOptions, venv: FeastVenv): string {
  const about = [
    machine(),
    versions(venv),
    `each server with all of its processes on core 0, one worker, load (and Redis) on core ${LOAD_CORE} over ` +
      `${options.connections} connections, ${options.rounds} rounds of ${options.seconds} s in turn (medians), access log off`,
  ];
  const head = [
    'store',
    'pushed',
    'Feast req/s',
    'Salver req/s',
    'ratio',
    'Feast p50 / p99 ms',
    'Salver p50 / p99 ms',
    'Feast CPU ms',
    'Salver CPU ms',
  ];
  const rows = all.flatMap(({ storeTitle, results }) =>
    results.map(({ shape, servers: { feast, salver } }) => [
      storeTitle,
      shape,
      number(feast?.requestsPerSecond),
      number(salver?.requestsPerSecond),
      ratio(feast, salver),
      latency(feast),
      latency(salver),
      number(feast?.cpuMs),
      number(salver?.cpuMs),
    ]),
  );
  const lines = [head, head.map((_, column) => (column < 2 ? '---' : '---:')), ...rows];
  const notes = all.flatMap(({ results }) => [
    ...results.flatMap(invalidRounds),
    ...results.flatMap(failedPushes),
  ]);
  return [
    ...about.map((line) => `- ${line}`),
    '',
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

/** Whether every server has a round that counts at every shape. */
export function isComplete(all: readonly StoreResult[]): boolean {
  return all.every(({ results }) =>
    results.every(({ servers }) =>
      Object.values(servers).every(({ requestsPerSecond }) => Number.isFinite(requestsPerSecond)),
    ),
  );
}

function invalidRounds({ shape, servers }: ShapeResult): readonly string[] {
  return Object.entries(servers).flatMap(([name, { rounds }]) =>
    rounds.flatMap(({ invalid }, index) =>
      invalid === undefined ? [] : [`Round ${index + 1} of ${name} at ${shape} does not count: ${invalid}.`],
    ),
  );
}

function failedPushes({ shape, servers }: ShapeResult): readonly string[] {
  return Object.entries(servers).flatMap(([name, { rounds }]) => {
    const failed = rounds.reduce((sum, { errors }) => sum + errors, 0);
    const good = rounds.reduce((sum, { requests }) => sum + requests, 0);
    return failed === 0
      ? []
      : [`${name} answered ${failed} of ${failed + good} pushes at ${shape} with an error.`];
  });
}

function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value < 10 ? 2 : 1);
}

function ratio(feast: Measured | undefined, salver: Measured | undefined): string {
  if (feast === undefined || salver === undefined) return '–';
  const value = salver.requestsPerSecond / feast.requestsPerSecond;
  return Number.isNaN(value) ? '–' : `${value.toFixed(1)}×`;
}

function latency(measured: Measured | undefined): string {
  return measured === undefined ? '–' : `${number(measured.p50Ms)} / ${number(measured.p99Ms)}`;
}
