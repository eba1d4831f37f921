import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_METRICS } from '../src/modules/metrics/server-metrics.js';
import { freePort } from './support/server-process.js';
import { registriesTaken } from './support/exposition.js';
import { SalverProcess, within } from './support/salver-process.js';
import { CHECKOUT } from './support/servers.js';

const DEPLOY = join(CHECKOUT, 'deploy');
const ALERTS = join(DEPLOY, 'prometheus/alerts.yaml');
const PROMTOOL_LIMIT_MS = 60_000;

const isThere =
  spawnSync('promtool', ['--version']).status === 0 && spawnSync('prometheus', ['--version']).status === 0;

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
const DASHBOARD = JSON.parse(readFileSync(join(DEPLOY, 'grafana/salver.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};
const EXPRESSIONS = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

describe('the dashboard and the alerts', () => {
  it('name metrics that exist, with labels that they have', () => {
    const texts = [readFileSync(ALERTS, 'utf8'), ...EXPRESSIONS.map(({ expr }) => expr)].join('\n');
    const named = [...texts.matchAll(/\b((?:feast|salver)_[a-z_]+)(?:\{([^}]*)\})?/g)];
    expect(named.length).toBeGreaterThan(40);
    const mistakes = named.flatMap(([, series = '', selector = '']) => {
      const metric = SERVER_METRICS.find(({ name }) =>
        new RegExp(`^${name}(_bucket|_sum|_count)?$`).test(series),
      );
      if (!metric) return [series];
      const known: readonly string[] = ['job', 'instance', ...metric.labels];
      const labels = [...selector.matchAll(/([a-z_]+)=/g)].map(([, label]) => label as string);
      return labels.filter((label) => !known.includes(label)).map((label) => `${series} ${label}`);
    });
    expect(mistakes).toEqual([]);
  });
});

describe.skipIf(!isThere)(
  'a real Prometheus (skipped where Debian’s package prometheus cannot be had)',
  () => {
    it('takes the alert rules, and they do what their tests say', () => {
      const cwd = join(DEPLOY, 'prometheus');
      for (const args of [
        ['check', 'rules', 'alerts.yaml'],
        ['test', 'rules', 'alerts.test.yaml'],
      ]) {
        const { status, stdout, stderr } = spawnSync('promtool', args, {
          cwd,
          encoding: 'utf8',
          timeout: PROMTOOL_LIMIT_MS,
        });
        expect({ args, status, said: status === 0 ? '' : stdout + stderr }).toEqual({
          args,
          status: 0,
          said: '',
        });
      }
    });

    describe('that scrapes a server', () => {
      let folder: string;
      let server: SalverProcess;
      let prometheus: ChildProcess | undefined;
      let api: string;
      let metrics: string;

      beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), 'salver-prometheus-'));
        cpSync(join(CHECKOUT, 'test/fixtures/conformance/repos/drivers-sqlite'), join(folder, 'repo'), {
          recursive: true,
        });
        const args = [
          'serve',
          '--port',
          '0',
          '-m',
          '--metrics-port',
          '0',
          '--workers',
          '2',
          '--no-access-log',
        ];
        server = new SalverProcess(['-c', join(folder, 'repo'), ...args]);
        const url = await server.url();
        metrics = await server.printed(/"metrics":"([^"]+)"/);
        const body = '{"features":["driver_hourly_stats:conv_rate"],"entities":{"driver_id":[1001,9999]}}';
        const read = async (): Promise<void> => {
          const { status } = await fetch(`${url}/get-online-features`, { method: 'POST', body });
          if (status !== 200) throw new Error(`answered ${status}`);
        };
        await registriesTaken(metrics, 2);
        for (let n = 0; n < 20; n++) await read();
        const port = await freePort();
        api = `http://127.0.0.1:${port}`;
        prometheus = startPrometheus(folder, port, new URL(metrics).host);
        const scraped = await within(60_000, async () =>
          (await query('up{job="salver"} == 1').catch(() => [])).length === 1 ? true : undefined,
        );
        if (scraped === undefined) throw new Error('the server was not scraped');
        for (let n = 0; n < 20; n++) await read();
      });

      afterAll(async () => {
        const ended = new Promise<void>((resolve) => {
          if (prometheus) prometheus.once('close', () => resolve()).kill('SIGTERM');
          else resolve();
        });
        server.kill('SIGINT');
        await Promise.all([ended, server.ended]);
        rmSync(folder, { recursive: true });
      });

      interface Sample {
        readonly metric: Readonly<Record<string, string>>;
        readonly value: readonly [number, string];
      }

      async function get<T>(path: string): Promise<T> {
        const answer = await fetch(api + path, { signal: AbortSignal.timeout(10_000) });
        const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
        if (status !== 'success') throw new Error(error);
        return data;
      }

      async function query(expression: string): Promise<readonly Sample[]> {
        const { result } = await get<{ result: readonly Sample[] }>(
          `/api/v1/query?query=${encodeURIComponent(expression)}`,
        );
        return result;
      }

      it('reads what was counted', async () => {
        const total = 'sum(feast_online_features_request_total{job="salver"})';
        const reads = await within(60_000, async () => {
          const [sum] = await query(total);
          return sum?.value[1] === '40' ? sum : undefined;
        });
        expect(reads?.value[1]).toBe('40');
        const statuses = await query('feast_online_features_status_total');
        expect(new Map(statuses.map(({ metric, value }) => [metric['status'], value[1]]))).toEqual(
          new Map([
            ['present', '40'],
            ['not_found', '40'],
          ]),
        );
        expect(await query('feast_feature_server_memory_usage')).toHaveLength(3);
        const known =
          await get<Readonly<Record<string, readonly { readonly type: string }[]>>>('/api/v1/metadata');
        expect(known['feast_feature_server_request_latency_seconds']?.[0]?.type).toBe('histogram');
      });

      it('finds nothing to complain of in the text', async () => {
        const input = await (await fetch(metrics)).text();
        const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
          input,
          encoding: 'utf8',
          timeout: PROMTOOL_LIMIT_MS,
        });
        // Its only findings are about names of Feast, which are what they are.
        const findings = (stdout + stderr)
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('feast_'));
        expect(findings).toEqual([]);
        expect([0, 3]).toContain(status);
      });

      it.each(EXPRESSIONS)('understands the dashboard: $title, $expr', async ({ expr }) => {
        const expression = expr
          .replaceAll('$__rate_interval', '30s')
          .replaceAll('$job', '.*')
          .replaceAll('$instance', '.*');
        expect(Array.isArray(await query(expression))).toBe(true);
      });

      it('has no alert of a server that is well', async () => {
        const { groups } = await get<{
          groups: readonly {
            readonly rules: readonly {
              readonly name: string;
              readonly state: string;
              readonly health: string;
            }[];
          }[];
        }>('/api/v1/rules');
        const rules = groups.flatMap((group) => group.rules);
        expect(rules.length).toBeGreaterThan(10);
        const asExpected = new Set(['FeaturesStale', 'FeaturesNotFound']);
        // The example's features are old, and half of what was asked for is not there.
        expect(rules.filter(({ state, name }) => state !== 'inactive' && !asExpected.has(name))).toEqual([]);
        expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
      });
    });
  },
);

function startPrometheus(folder: string, port: number, target: string): ChildProcess {
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [ALERTS],
    scrape_configs: [{ job_name: 'salver', static_configs: [{ targets: [target] }] }],
  };
  const file = join(folder, 'prometheus.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  return spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
}
