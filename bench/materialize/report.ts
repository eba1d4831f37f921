import type { FeastVenv } from '../../test/support/feast-venv.ts';
import type { StoreName } from '../bench-folder.ts';
import { machine, versions } from '../circumstances.ts';
import { median } from '../median.ts';
import type { MeasuredRun } from './measured-run.ts';
import type { MaterializeOptions, ProgramName, Through } from './options.ts';

const MIB = 1024 * 1024;
const WHAT: Readonly<Record<Through, string>> = {
  command: 'whole commands',
  server: 'one POST /materialize to a server that runs',
};

export interface StoreRuns {
  readonly store: StoreName;
  readonly storeTitle: string;
  readonly runs: Readonly<Partial<Record<ProgramName, readonly MeasuredRun[]>>>;
}

/** The results as a table to paste into a page. */
export function markdown(
  results: readonly StoreRuns[],
  options: MaterializeOptions,
  venv: FeastVenv,
): string {
  const about = [
    machine(),
    versions(venv),
    `${options.rows} rows of ${options.entities} entities, 10 features (2 float, 2 double, 3 integer, 2 text, 1 boolean) ` +
      `in one parquet file, into an empty store; ${WHAT[options.through]}, both cores, ${options.rounds} runs of each in turn (medians)`,
  ];
  const head = [
    'store',
    'Feast s',
    'Salver s',
    'Feast rows/s',
    'Salver rows/s',
    'ratio',
    'Feast CPU s',
    'Salver CPU s',
    'Feast MiB',
    'Salver MiB',
  ];
  const rows = results.map(({ storeTitle, runs: { feast, salver } }) => {
    const [feastSeconds, salverSeconds] = [seconds(feast), seconds(salver)];
    return [
      storeTitle,
      feastSeconds.toFixed(1),
      salverSeconds.toFixed(1),
      Math.round(options.rows / feastSeconds).toString(),
      Math.round(options.rows / salverSeconds).toString(),
      `${(feastSeconds / salverSeconds).toFixed(1)}×`,
      cpuSeconds(feast).toFixed(1),
      cpuSeconds(salver).toFixed(1),
      mebibytes(feast).toFixed(0),
      mebibytes(salver).toFixed(0),
    ];
  });
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  return [...about.map((line) => `- ${line}`), '', ...lines.map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  );
}

function seconds(runs: readonly MeasuredRun[] = []): number {
  return median(runs.map((run) => run.seconds));
}

function cpuSeconds(runs: readonly MeasuredRun[] = []): number {
  return median(runs.map((run) => run.cpuSeconds));
}

function mebibytes(runs: readonly MeasuredRun[] = []): number {
  return median(runs.map((run) => run.peakBytes)) / MIB;
}
