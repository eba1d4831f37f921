import type { FeastVenv } from '../../test/support/feast-venv.ts';
import type { StoreName } from '../bench-folder.ts';
import { machine, versions } from '../circumstances.ts';
import type { ServerName } from '../load-options.ts';
import type { Measured, ShapeResult } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { LOAD_CORE } from './wrk.ts';

/** What was measured on one store. */
export interface StoreResult {
  readonly store: StoreName;
  readonly about: readonly string[];
  readonly results: readonly ShapeResult[];
}

const REDIS_CIRCUMSTANCES =
  `redis-server pinned to core ${LOAD_CORE}, which it shares with the load, with hash-max-listpack-entries 64: ` +
  'by default a hash of up to 512 fields, as here, is searched field by field, and Redis would bound the large shapes';

/** The machine and the versions, for whoever compares numbers later. */
export function circumstances(
  venv: FeastVenv,
  options: BenchOptions,
  { storeTitle, store }: { readonly storeTitle: string; readonly store: StoreName },
): readonly string[] {
  return [
    machine(),
    versions(venv),
    `${storeTitle}, one worker pinned to core 0, load from core ${LOAD_CORE} over ${options.connections} connections, ` +
      `${options.rounds} rounds of ${options.seconds} s in turn (medians), access log off`,
    ...(store === 'redis' ? [REDIS_CIRCUMSTANCES] : []),
  ];
}

/** The results as a table to paste into a page. */
export function markdown({ results, about }: StoreResult): string {
  const head = [
    'rows x features',
    'Feast req/s',
    'Salver req/s',
    'ratio',
    'Feast p50 / p99 ms',
    'Salver p50 / p99 ms',
  ];
  const rows = results.map(({ shape, servers: { feast, salver } }) => [
    shape,
    number(feast?.requestsPerSecond),
    number(salver?.requestsPerSecond),
    ratio(feast, salver),
    latency(feast),
    latency(salver),
  ]);
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  const notes = results.flatMap(({ shape, servers }) => invalidRounds(shape, servers));
  return [
    ...about.map((line) => `- ${line}`),
    '',
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

/** Whether every server has a round that counts at every shape. */
export function isComplete(results: readonly ShapeResult[]): boolean {
  return results.every(({ servers }) =>
    Object.values(servers).every(({ requestsPerSecond }) => Number.isFinite(requestsPerSecond)),
  );
}

function invalidRounds(shape: string, servers: ShapeResult['servers']): readonly string[] {
  return (Object.entries(servers) as [ServerName, Measured][]).flatMap(([name, { rounds }]) =>
    rounds.flatMap(({ invalid }, index) =>
      invalid === undefined ? [] : [`Round ${index + 1} of ${name} at ${shape} does not count: ${invalid}.`],
    ),
  );
}

function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1);
}

function ratio(feast: Measured | undefined, salver: Measured | undefined): string {
  if (feast === undefined || salver === undefined) return '–';
  const value = salver.requestsPerSecond / feast.requestsPerSecond;
  return Number.isNaN(value) ? '–' : `${value.toFixed(1)}×`;
}

function latency(measured: Measured | undefined): string {
  return measured === undefined ? '–' : `${number(measured.p50Ms)} / ${number(measured.p99Ms)}`;
}
