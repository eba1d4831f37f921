import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecordedRequest } from './conformance/exchange.js';
import { send } from './conformance/http-client.js';
import { type ExposedMetric, parseExposition, scrape } from './support/exposition.js';
import { SalverProcess, within } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');

interface Recording {
  readonly requests: readonly RecordedRequest[];
  readonly variants: readonly { readonly name: string; readonly args: readonly string[] }[];
}
const RECORDING = JSON.parse(readFileSync(join(FIXTURES, 'metrics/index.json'), 'utf8')) as Recording;

/** Names that Feast's documentation has in place of those of Feast. */
const ALIASES = ['feast_materialization_total'];
/** Values of the machine and the moment: their series are compared, of times the counts too. */
const OF_THE_MOMENT = /_usage$|_seconds_sum|_seconds_bucket|^feast_feature_freshness_seconds/;
/** The materializations of the recording change no view's newest time, so freshness has its series before and after. */
const FRESHNESS = 'feast_feature_freshness_seconds';

type Metrics = ReadonlyMap<string, ExposedMetric>;

/** What can be compared, by series: pids replaced by how many there are. */
function comparable(metrics: Metrics): Map<string, number | string> {
  const series = new Map<string, number | string>();
  for (const [name, { type, samples }] of metrics) {
    if (!name.startsWith('feast_') || ALIASES.includes(name)) continue;
    if (name.endsWith('_usage')) series.set(`${name} of processes`, processesOf(metrics));
    else for (const [sample, value] of samples) series.set(sample, OF_THE_MOMENT.test(sample) ? type : value);
  }
  return new Map([...series].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Switched off, they are 0; a real server then shows the processes that have counted anything, ours the first one. */
function processesOf(metrics: Metrics): number {
  const memory = [...(metrics.get('feast_feature_server_memory_usage')?.samples.values() ?? [])];
  return memory.every((value) => value === 0) ? 0 : memory.length;
}

const recorded = (name: string, when: 'before' | 'after'): Metrics =>
  parseExposition(readFileSync(join(FIXTURES, `metrics/${name}.${when}.txt`), 'utf8'));

/** Serves a copy of the recorded repo as a variant says, while `use` runs. */
async function serving(
  { name, args }: Recording['variants'][number],
  use: (url: string, metrics: string) => Promise<void>,
): Promise<void> {
  const repo = mkdtempSync(join(tmpdir(), 'salver-metrics-'));
  cpSync(join(FIXTURES, 'repos/drivers-sqlite'), repo, { recursive: true });
  const yaml = join(FIXTURES, `metrics/${name}.feature_store.yaml`);
  if (existsSync(yaml)) cpSync(yaml, join(repo, 'feature_store.yaml'));
  const workers = args.includes('--workers') ? [] : ['--workers', '1'];
  const env = { SALVER_METRICS_EXACT_FEATURE_COUNTS: 'true' };
  const command = ['-c', repo, 'serve', '--port', '0', '--metrics-port', '0', '--no-access-log'];
  const server = new SalverProcess([...command, ...args, ...workers], { env });
  try {
    await use(await server.url(), await server.printed(/"metrics":"([^"]+)"/));
  } finally {
    server.kill('SIGTERM');
    await server.ended;
    rmSync(repo, { recursive: true });
  }
}

/**
 * Each start takes its time. That a category alone is counted is seen of one in a worker and one in the primary; how
 * the others are chosen is in metric-switches.spec.ts.
 */
const LONG = new Set([
  'yaml-audit-logging',
  'yaml-only-request',
  'yaml-only-online_features',
  'yaml-only-materialization',
  'yaml-only-resource',
]);
const chosen = RECORDING.variants.filter(({ name }) => process.env['SALVER_LONG'] === '1' || !LONG.has(name));

describe('series recorded from a real server', () => {
  it.for(chosen)('$name', async (variant) => {
    await serving(variant, async (url, metrics) => {
      const workers = variant.args.includes('2') ? 2 : 1;
      const before = recorded(variant.name, 'before');
      const isComplete = (now: Metrics): boolean =>
        processesOf(now) === processesOf(before) && now.has(FRESHNESS) === before.has(FRESHNESS);
      const first = await within(60_000, async () => {
        const now = await scrape(metrics);
        const ready = now.get('salver_registry_generation')?.samples.size === workers + 1;
        return ready && isComplete(now) ? now : undefined;
      });
      expect(first && comparable(first)).toEqual(comparable(before));
      for (const request of RECORDING.requests) await send(url, request);
      expect(comparable(await scrape(metrics))).toEqual(comparable(recorded(variant.name, 'after')));
    });
  });
});
