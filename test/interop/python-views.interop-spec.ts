import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadPolicy } from '../conformance/policy.ts';
import { parseOptions } from '../conformance/options.ts';
import { replayFile } from '../conformance/replay-file.ts';
import { feastVenv } from '../support/feast-venv.ts';
import { type Read, readFeatures } from '../support/on-demand-repo.ts';
import { PythonRepo } from '../support/python-repo.ts';
import { childrenOf, isAlive, type SalverProcess, within } from '../support/salver-process.ts';
import { freePort } from '../support/server-process.ts';
import { CHECKOUT } from '../support/servers.ts';
import { applyCalls, CALLS } from './python-calls.ts';
import { runPython } from './shop-repo.ts';

const { python } = feastVenv();
const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');

let repo: PythonRepo;
beforeEach(() => {
  repo = new PythonRepo();
});
afterEach(async () => repo.remove());

const PANDAS = {
  features: ['pandas_rate:conv_plus_1'],
  entities: { driver_id: [1, 2], val_to_add: [10, 20], val_to_add_2: [3, 4] },
};

async function urlOf(server: SalverProcess): Promise<string> {
  return server.printed(/"url":"([^"]+)"/, 90_000);
}

function askMoody(url: string, wanted: number): Promise<Read> {
  return readFeatures(url, { features: ['moody:done'], entities: { driver_id: [1], wanted: [wanted] } });
}

/** Below a process, however deep. */
function descendants(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)]);
}

describe('the recorded views of Python', () => {
  it.each(['cases/odfv-sqlite.json', 'scenarios/odfv-write.json'])('answer as recorded: %s', async (file) => {
    const policies = [join(CHECKOUT, 'test/conformance/twin-policy.json'), join(FIXTURES, 'policy.json')];
    const outcomes = await replayFile({
      fixtures: FIXTURES,
      file,
      rules: policies.flatMap(loadPolicy),
      options: parseOptions(['--python', python, '--all']),
    });
    expect(outcomes.length).toBeGreaterThan(10);
    const wrong = outcomes.filter(({ verdict }) => verdict.kind === 'mismatch' || verdict.kind === 'not-run');
    expect(wrong).toEqual([]);
  });

  it('go on when the process that computes is killed, and when all of Python is', async () => {
    const server = repo.serve(python);
    const url = await urlOf(server);
    const before = await readFeatures(url, PANDAS);
    expect(before.columns['conv_plus_1']).toEqual([10.100000001490116, 20.200000002980232]);
    const all = descendants(server.pid).filter((pid) => childrenOf(pid).length === 0);
    const computing = all.at(-1) as number;
    process.kill(computing, 'SIGKILL');
    expect((await readFeatures(url, PANDAS)).text).toBe(before.text);
    expect(isAlive(computing)).toBe(false);

    const parents = descendants(server.pid).filter((pid) => childrenOf(pid).length > 0);
    process.kill(parents.at(-1) as number, 'SIGKILL');
    const back = await within(60_000, async () => {
      const { status, text } = await readFeatures(url, PANDAS);
      expect([200, 503]).toContain(status);
      return status === 200 && server.output.includes('is not running') ? text : undefined;
    });
    expect(back).toBe(before.text);
  });
});

/** A start of Python takes seconds: `SALVER_LONG=1`, as `npm run test:long` sets it. */
const IS_LONG = process.env['SALVER_LONG'] === '1';

describe.runIf(IS_LONG)('a function', () => {
  beforeEach(async () => applyCalls(repo.path));

  it('that never ends is cut off, and its process is replaced; others go on', async () => {
    const server = repo.serve(python, { SALVER_PYTHON_PROCESSES: '2', SALVER_PYTHON_TIMEOUT_MS: '1000' });
    const url = await urlOf(server);
    const { columns } = await askMoody(url, 1);
    const endless = askMoody(url, 13);
    await delay(200);
    const other = await readFeatures(url, PANDAS);
    expect(other.status).toBe(200);
    const { status, text } = await endless;
    expect([status, text]).toEqual([503, expect.stringContaining('no result within 1000 ms')]);
    const known = new Set(columns['done']);
    for (let i = 0; i < 10; i++) known.add((await askMoody(url, i % 3)).columns['done']?.[0]);
    expect(known).not.toContain(undefined);
    expect(server.output).toContain('a Python process was computing moody and is replaced');
  });

  it('that ends its process is 503, and the next request is answered', async () => {
    const server = repo.serve(python);
    const url = await urlOf(server);
    const { status, text } = await askMoody(url, 14);
    expect([status, text]).toEqual([503, expect.stringContaining('its process ended')]);
    expect((await askMoody(url, 1)).status).toBe(200);
  });

  it('that prints is heard in the log, and gets static artifacts as from Feast', async () => {
    repo.write(
      'static_artifacts.py',
      'import builtins\nasync def load_artifacts(app):\n    app.state.tiers = {"Oslo": "gold"}\n    builtins.tiers = app.state.tiers\n',
    );
    const server = repo.serve(python);
    const url = await urlOf(server);
    expect((await askMoody(url, 15)).status).toBe(200);
    expect(await server.printed(/python: said by a function/)).toBeDefined();
    expect(await server.printed(/python: complained by a function/)).toBeDefined();
    const named = await readFeatures(url, {
      features: ['artful:name'],
      entities: { driver_id: [1, 2], wanted: [1, 2] },
    });
    expect(named.columns['name']).toEqual(['gold 1', 'None 2']);
    expect(server.output).not.toContain('static_artifacts.py is not loaded');
  });

  it('ends with the server, even when it never ends itself', async () => {
    const server = repo.serve(python, { SALVER_PYTHON_TIMEOUT_MS: '60000' });
    const url = await urlOf(server);
    const endless = askMoody(url, 13).catch(() => undefined);
    await delay(500);
    const all = descendants(server.pid);
    expect(all.length).toBeGreaterThan(3);
    for (const pid of [server.pid, ...all.slice(0, 3)]) process.kill(pid, 'SIGKILL');
    await endless;
    expect(await within(60_000, () => (all.some(isAlive) ? undefined : true))).toBe(true);
  });

  it('that was applied while the server runs is computed, and its time is counted', async () => {
    const server = repo.serve(python, { SALVER_METRICS_ENABLED: 'true', SALVER_METRICS_PORT: '0' });
    const url = await urlOf(server);
    const script = join(repo.path, 'apply_more.py');
    writeFileSync(
      script,
      `${CALLS}
@on_demand_feature_view(sources=[stats], schema=[Field(name="twice", dtype=Float64)], mode="pandas", track_metrics=True)
def later(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"twice": inputs["acc_rate"] * 2})
store.apply([later])
`,
    );
    await runPython(feastVenv(), [script, repo.path]);
    const twice = await within(60_000, async () => {
      const read = await readFeatures(url, { features: ['later:twice'], entities: { driver_id: [2] } });
      return read.status === 200 ? read.columns['twice'] : undefined;
    });
    expect(twice).toEqual([1]);
    const metrics = await server.printed(/"metrics":"([^"]+)"/);
    const text = await (await fetch(`${metrics}/metrics`)).text();
    expect(text).toContain(
      'feast_feature_server_transformation_duration_seconds_count{mode="pandas",odfv_name="later"}',
    );
  });
});

/** Feast's service needs grpcio, which a Feast with its extra `grpcio` has. */
const hasGrpc = await runPython(feastVenv(), ['-c', 'import grpc, grpc_reflection; print(1)']).then(
  () => true,
  () => false,
);

it.runIf(hasGrpc)("Feast's transformation service computes views of the mode pandas", async () => {
  const port = await freePort();
  repo.nameService(`127.0.0.1:${port}`);
  const service = spawn(feastVenv().feast, ['serve_transformations', '-p', String(port)], {
    cwd: repo.path,
    stdio: 'ignore',
  });
  try {
    const url = await urlOf(repo.serve(''));
    const read = await within(60_000, async () => {
      const answer = await readFeatures(url, PANDAS);
      return answer.status === 200 ? answer : undefined;
    });
    expect(read?.columns['conv_plus_1']).toEqual([10.100000001490116, 20.200000002980232]);
    expect((await readFeatures(url, { ...PANDAS, features: ['python_rate:py_sum'] })).status).toBe(501);
    service.kill('SIGKILL');
    const gone = await within(60_000, async () => {
      const answer = await readFeatures(url, PANDAS);
      return answer.status === 503 ? answer.text : undefined;
    });
    expect(gone).toContain('cannot be used');
  } finally {
    service.kill('SIGKILL');
  }
});
