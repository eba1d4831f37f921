import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeepAliveLoad } from './support/keep-alive-load.js';
import { ARTIFACTS, OnDemandRepo, type Read, readFeatures } from './support/on-demand-repo.js';
import { within } from './support/salver-process.js';
import { primaryOf } from './support/serve-fixture.js';

const QUICK_TURNOVER = {
  SALVER_SERVER_MIN_WORKER_AGE_SECONDS: '0',
  SALVER_SERVER_KEEP_ALIVE_TIMEOUT_SECONDS: '1',
};

let repo: OnDemandRepo;
beforeEach(() => {
  repo = new OnDemandRepo();
});
afterEach(async () => repo.remove());

function ask(url: string, view: string, value = 1): Promise<Read> {
  const entities = { driver_id: [2], val_to_add: [value], val_to_add_2: [0] };
  return readFeatures(url, { features: [`${view}:rate`], entities });
}

describe('a function that was changed', { timeout: 90_000 }, () => {
  it('is not run before it is applied; then the workers are replaced', async () => {
    await repo.apply();
    const changed = repo
      .read('more.ts')
      .replace("'1' as never", "'2' as never")
      .replace(
        'return { rate: 1 };\n  },\n});\nexport const late',
        'return { rate: 7 };\n  },\n});\nexport const late',
      );
    expect(changed).toContain('rate: 7');
    repo.write('more.ts', changed);
    const server = repo.serve([], QUICK_TURNOVER);
    const url = await server.url();
    expect(server.output).toContain("Feature view 'thrower' cannot be computed: its function in the files");
    const { status, text } = await ask(url, 'thrower');
    expect([status, text]).toEqual([501, expect.stringContaining("run 'salver apply'")]);
    expect((await ask(url, 'endless')).columns['rate']).toEqual([1]);

    // Applied: the functions that this worker has loaded are those.
    await repo.apply();
    const read = (driver: number): Promise<Read> =>
      readFeatures(url, {
        features: ['thrower:rate'],
        entities: { driver_id: [driver], val_to_add: [1], val_to_add_2: [0] },
      });
    const applied = await within(20_000, async () => ((await read(1)).status === 200 ? true : undefined));
    expect(applied).toBe(true);
    expect((await read(1)).columns['rate']).toEqual([7]);

    // Changed and applied while it serves: another worker has to load them.
    repo.write('more.ts', repo.read('more.ts').replace('rate: 7', 'rate: 8'));
    await repo.apply();
    const reloaded = await within(30_000, async () =>
      (await read(1)).columns['rate']?.[0] === 8 ? true : undefined,
    );
    expect(reloaded).toBe(true);
  });
});

describe('static artifacts', { timeout: 90_000 }, () => {
  it('are loaded anew at SIGHUP, and no request is lost', async () => {
    repo.write('static_artifacts.ts', ARTIFACTS);
    await repo.apply();
    const server = repo.serve([], QUICK_TURNOVER);
    const url = await server.url();
    expect(server.output).toContain('static_artifacts.ts: loaded loadedFrom, tiers');
    const body = JSON.stringify({
      features: ['tiered:rate'],
      entities: { driver_id: [2], val_to_add: [1], val_to_add_2: [0] },
    });
    const load = new KeepAliveLoad({ url, path: '/get-online-features', body }, 2);
    expect((await ask(url, 'tiered')).columns['rate']).toEqual([2]);
    repo.write('static_artifacts.ts', ARTIFACTS.replace("['Rome', 2]", "['Rome', 5]"));
    process.kill(primaryOf(server), 'SIGHUP');
    const reloaded = await within(30_000, async () =>
      (await ask(url, 'tiered')).columns['rate']?.[0] === 5 ? true : undefined,
    );
    await load.stop();
    expect(reloaded).toBe(true);
    expect(load.failures).toEqual([]);
    expect([...load.statuses.keys()]).toEqual([200]);
  });

  it('that cannot be loaded are told, and the server serves without; with artifacts.strict it does not', async () => {
    repo.write(
      'static_artifacts.ts',
      "export async function loadArtifacts() { throw new Error('no model'); }\n",
    );
    repo.write('static_artifacts.py', 'def load_artifacts(app): pass\n');
    await repo.apply();
    const server = repo.serve();
    const url = await server.url();
    expect(server.output).toContain(
      'cannot be loaded: static_artifacts.ts: loadArtifacts: no model; serving without',
    );
    expect(server.output).toContain('static_artifacts.py is not loaded: this server runs no Python');
    const ready = await fetch(`${url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', warnings: [expect.stringContaining('loadArtifacts: no model')] },
    ]);
    expect((await ask(url, 'tiered')).columns['rate']).toEqual([null]);
    const strict = await repo.serve([], { SALVER_ARTIFACTS_STRICT: 'true' }).ended;
    expect(strict.code).toBe(1);
    expect(strict.output).toContain(
      'the static artifacts cannot be loaded: static_artifacts.ts: loadArtifacts: no model',
    );
  });

  it('are not waited for without end', async () => {
    repo.write('static_artifacts.ts', 'export const loadArtifacts = () => new Promise(() => {});\n');
    await repo.apply();
    const server = repo.serve([], { SALVER_ARTIFACTS_LOAD_TIMEOUT_SECONDS: '1' });
    await server.url();
    expect(server.output).toContain('loadArtifacts: was not done within 1 s');
  });
});
