import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { feastVenv } from '../support/feast-venv.ts';
import { KeepAliveLoad } from '../support/keep-alive-load.ts';
import { readFeatures } from '../support/on-demand-repo.ts';
import { PythonRepo } from '../support/python-repo.ts';
import { salver, within } from '../support/salver-process.ts';
import { primaryOf } from '../support/serve-fixture.ts';
import { applyCalls } from './python-calls.ts';

const { python } = feastVenv();
const START_MS = 90_000;

let repo: PythonRepo;
beforeEach(() => {
  repo = new PythonRepo();
});
afterEach(async () => repo.remove());

describe('static_artifacts.py that cannot be loaded', () => {
  beforeEach(() => {
    repo.write('static_artifacts.py', 'def load_artifacts(app):\n    raise ValueError("no model")\n');
  });

  it('is a warning, which readiness tells, and functions do without', async () => {
    const server = repo.serve(python);
    const url = await server.printed(/"url":"([^"]+)"/, START_MS);
    const read = await readFeatures(url, {
      features: ['pandas_rate:conv_plus_1'],
      entities: { driver_id: [1], val_to_add: [10], val_to_add_2: [3] },
    });
    expect(read.status).toBe(200);
    expect(server.output).toContain(
      'the static artifacts of Python cannot be loaded: static_artifacts.py: no model; computing without them',
    );
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        warnings: ['the static artifacts are not loaded: static_artifacts.py: no model'],
      },
    ]);
  });

  it('keeps the server from starting, and a view from being loaded, with artifacts.strict', async () => {
    const strict = { SALVER_ARTIFACTS_STRICT: 'true' };
    const { code, output } = await repo.serve(python, strict).ended;
    expect(code).toBe(1);
    expect(output).toContain(
      'the static artifacts of Python cannot be loaded: static_artifacts.py: no model (artifacts.strict: ' +
        'nothing is served without static_artifacts.py)',
    );
    const words = ['materialize', '2026-01-01', '2026-01-31', '-v', 'stored_pandas'];
    const env = { ...strict, SALVER_PYTHON_INTERPRETER: python };
    const load = await salver(['-c', repo.path, ...words], { env });
    expect(load.code).toBe(1);
    expect(load.output).toContain('static_artifacts.py: no model');
  });
});

/** A start of Python takes seconds: `SALVER_LONG=1`, as `npm run test:long` sets it. */
describe.runIf(process.env['SALVER_LONG'] === '1')('static_artifacts.py that was changed', () => {
  beforeEach(async () => applyCalls(repo.path));

  it('is loaded anew at SIGHUP, and no request is lost', async () => {
    const artifacts = (tier: string): string =>
      `import builtins\ndef load_artifacts(app):\n    builtins.tiers = {"Oslo": "${tier}"}\n`;
    repo.write('static_artifacts.py', artifacts('gold'));
    const server = repo.serve(python, {
      SALVER_SERVER_MIN_WORKER_AGE_SECONDS: '0',
      SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS: '1',
    });
    const url = await server.printed(/"url":"([^"]+)"/, START_MS);
    const asked = { features: ['artful:name'], entities: { driver_id: [1], wanted: [1] } };
    expect((await readFeatures(url, asked)).columns['name']).toEqual(['gold 1']);
    const load = new KeepAliveLoad({ url, path: '/get-online-features', body: JSON.stringify(asked) }, 2);
    repo.write('static_artifacts.py', artifacts('silver'));
    process.kill(primaryOf(server), 'SIGHUP');
    const reloaded = await within(90_000, async () => {
      const { columns } = await readFeatures(url, asked);
      return columns['name']?.[0] === 'silver 1' ? true : undefined;
    });
    await load.stop();
    expect(reloaded).toBe(true);
    expect(load.failures).toEqual([]);
    expect([...load.statuses.keys()]).toEqual([200]);
  });
});
