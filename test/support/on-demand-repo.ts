import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, salver, SalverProcess } from './salver-process.ts';
import { CHECKOUT } from './servers.ts';

const RECORDED = join(CHECKOUT, 'test/fixtures/conformance/repos/odfv-sqlite');
const TWIN = join(CHECKOUT, 'test/fixtures/definitions/odfv-sqlite.definitions.ts');

/** Views that the recordings do not have. */
export const MORE_VIEWS = `
import { aggregatedFeatureView, bool, float64, int64, list, onDemandFeatureView, string, struct, unixTimestamp } from 'salver';
import { driver, request, stats } from './features.ts';

const rates = { sources: { stats, request }, schema: { rate: float64 }, mode: 'columns' } as const;
const byRow = { sources: { stats, request }, schema: { rate: float64 }, mode: 'row' } as const;

export const short = onDemandFeatureView({ ...rates, name: 'short', transform: () => ({ rate: [1] }) });
export const texts = onDemandFeatureView({
  ...rates,
  name: 'texts_for_numbers',
  transform: ({ stats }) => ({ rate: stats.city.map((city) => (city === 'Rome' ? ('1' as never) : 1)) }),
});
export const none = onDemandFeatureView({ ...rates, name: 'none', transform: () => ({}) as never });
export const hole = onDemandFeatureView({
  ...byRow,
  name: 'hole',
  transform: ({ stats }) => ({ rate: stats.city === 'Rome' ? (undefined as never) : 1 }),
});
export const thrower = onDemandFeatureView({
  ...byRow,
  name: 'thrower',
  transform: ({ stats }) => {
    if (stats.city === 'Rome') throw new Error('no rates for Rome');
    return { rate: 1 };
  },
});
export const late = onDemandFeatureView({
  ...rates,
  name: 'late',
  transform: async ({ stats, request }, { signal }) => {
    if (request.val_to_add.includes(13)) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { rate: stats.acc_rate };
  },
});
export const heavy = onDemandFeatureView({
  ...byRow,
  name: 'heavy',
  heavy: true,
  transform: ({ stats, request }, { artifacts }) => {
    while (request.val_to_add === 13);
    const tiers = artifacts.tiers as ReadonlyMap<string, number> | undefined;
    return { rate: (stats.acc_rate ?? 0) + (tiers?.get(stats.city ?? '') ?? 0) };
  },
});
export const endless = onDemandFeatureView({
  ...byRow,
  name: 'endless',
  transform: ({ request }) => {
    while (request.val_to_add === 13);
    return { rate: 1 };
  },
});
export const endlessLater = onDemandFeatureView({
  ...byRow,
  name: 'endless_later',
  transform: async ({ request }) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    while (request.val_to_add === 13);
    return { rate: 1 };
  },
});
export const tiered = onDemandFeatureView({
  ...rates,
  name: 'tiered',
  trackMetrics: true,
  transform: ({ stats }, { artifacts }) => {
    const tiers = artifacts.tiers as ReadonlyMap<string, number> | undefined;
    return { rate: stats.city.map((city) => tiers?.get(city ?? '') ?? null) };
  },
});
export const spelled = onDemandFeatureView({
  ...byRow,
  name: 'spelled',
  transform: ({ stats, request, vals }: { [source: string]: any }) => ({
    rate: stats.acc_rate + (request.val_to_add === vals.val_to_add ? vals.val_to_add : -1000),
  }),
});
export const storedTracked = onDemandFeatureView({
  ...rates,
  name: 'stored_tracked',
  entities: [driver],
  writeToOnlineStore: true,
  trackMetrics: true,
  transform: ({ stats, request }) => ({
    rate: stats.acc_rate.map((rate, row) => (rate === null ? null : rate + (request.val_to_add[row] ?? 0))),
  }),
});
export const typed = onDemandFeatureView({
  name: 'typed',
  sources: { stats, request },
  schema: { key: int64, at: unixTimestamp, tags: list(string), found: bool, place: struct({ name: string, x: float64 }) },
  mode: 'row',
  transform: ({ stats }) => ({
    key: 2n ** 62n + BigInt(stats.driver_id),
    at: new Date(1_700_000_000_999),
    tags: [stats.city ?? 'nowhere', '"'],
    found: stats.city !== null,
    place: { name: stats.city, x: 1 },
  }),
});
export const totals = aggregatedFeatureView({
  name: 'totals',
  entities: [driver],
  sources: { stats, request },
  schema: { asked: int64, highest: int64, sum_acc_rate: float64 },
  aggregations: [
    { column: 'val_to_add', function: 'count', name: 'asked' },
    { column: 'val_to_add', function: 'max', name: 'highest' },
    { column: 'acc_rate', function: 'sum' },
  ],
});
`;

export const ARTIFACTS = `
import type { LoadArtifacts } from 'salver';

export const loadArtifacts: LoadArtifacts = async (app) => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  app.state.loadedFrom = app.repoDir;
  return { tiers: new Map([['Oslo', 1], ['Rome', 2]]) };
};
`;

/** The recorded repo of on-demand views with its store, in TypeScript and with more views. */
export class OnDemandRepo {
  readonly path = mkdtempSync(join(tmpdir(), 'salver-on-demand-'));
  private readonly started: SalverProcess[] = [];

  constructor() {
    cpSync(RECORDED, this.path, { recursive: true });
    rmSync(join(this.path, 'data/registry.db'));
    for (const name of ['features.py', 'make_data.py', 'create_tables.py']) rmSync(join(this.path, name));
    const twin = readFileSync(TWIN, 'utf8').replace(/'[./]*\/src\/definitions\/index\.js'/, "'salver'");
    this.write('features.ts', twin);
    this.write('more.ts', MORE_VIEWS);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  run(...words: readonly string[]): Promise<Ended> {
    return salver(['-c', this.path, ...words], { cwd: this.path });
  }

  /** Errors: Error with what was printed. */
  async apply(): Promise<void> {
    const { code, output } = await this.run('apply', '--yes');
    if (code !== 0) throw new Error(output);
  }

  serve(args: readonly string[] = [], env: Record<string, string> = {}): SalverProcess {
    const server = new SalverProcess(['-c', this.path, 'serve', '--port', '0', '--no-access-log', ...args], {
      cwd: this.path,
      env,
    });
    this.started.push(server);
    return server;
  }

  async remove(): Promise<void> {
    for (const each of this.started) each.kill('SIGKILL');
    await Promise.all(this.started.map(({ ended }) => ended));
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Read {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** By name, in the order of the answer; of columns of one name the last. */
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly names: readonly string[];
}

interface Answer {
  readonly results: readonly { readonly values: readonly unknown[] }[];
  readonly metadata: { readonly feature_names: readonly string[] };
}

/** One read over a connection of its own. Errors: those of `fetch`. */
export async function readFeatures(url: string, body: object): Promise<Read> {
  const response = await fetch(`${url}/get-online-features`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { connection: 'close' },
  });
  const text = await response.text();
  const { status, headers } = response;
  if (status !== 200) return { status, text, headers, columns: {}, names: [] };
  const { results, metadata } = JSON.parse(text) as Answer;
  const columns = Object.fromEntries(
    metadata.feature_names.map((name, at) => [name, results[at]?.values ?? []]),
  );
  return { status, text, headers, columns, names: metadata.feature_names };
}
