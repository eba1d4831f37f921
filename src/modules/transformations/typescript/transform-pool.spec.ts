import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { TransformedColumns } from '../transformer.js';
import type * as Compiled from './transform-pool.js';

const SOURCE = 'src/modules/transformations/typescript/transform-pool.ts';
const THREAD = 'src/modules/transformations/typescript/transform.thread.ts';
const BUILDERS = 'src/definitions/index.ts';
const LIMIT_MS = 400;
const LONG_MS = 20_000;

/** What a row asks of the function: a number is doubled. */
const FUNCTIONS = `
import { threadId } from 'node:worker_threads';
import { float64, onDemandFeatureView, requestSource, string } from 'salver';

const asked = requestSource({ name: 'asked', schema: { what: string, number: float64 } });

export const view = onDemandFeatureView({
  name: 'view',
  sources: { asked },
  schema: { doubled: float64, thread: float64 },
  mode: 'row',
  heavy: true,
  transform: ({ asked: { what, number } }) => {
    if (what === 'endless') for (;;);
    if (what === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, number ?? 0);
    if (what === 'end') process.exit(3);
    if (what === 'leak') setTimeout(() => { throw new Error('later'); }, 0);
    if (what === 'throw') throw new Error('no such trip');
    return { doubled: 2 * (number ?? 0), thread: threadId };
  },
});
`;

let modules: CompiledModules | undefined;
let compiled: typeof Compiled | undefined;
let pool: Compiled.TransformPool | undefined;
let repoDir: string;
let warnings: string[] = [];

beforeAll(async () => {
  // A thread runs what the build makes: it is not under the test runner, which reads TypeScript.
  modules = await CompiledModules.compile([SOURCE, THREAD, BUILDERS]);
  compiled = (await import(pathToFileURL(modules.pathOf(SOURCE)).href)) as typeof Compiled;
  repoDir = mkdtempSync(join(tmpdir(), 'salver-pool-'));
  writeFileSync(join(repoDir, 'features.ts'), FUNCTIONS);
}, 60_000);
afterEach(async () => {
  await pool?.close();
  pool = undefined;
  warnings = [];
});
afterAll(() => {
  modules?.remove();
  rmSync(repoDir, { recursive: true });
});

function create(given: Partial<Compiled.PoolOptions> = {}): Compiled.TransformPool {
  if (compiled === undefined) throw new Error('not compiled');
  const context = { projectName: 'pool', projectDescription: '', onlineVersioning: false };
  const task = { repo: { repoDir, context }, artifactsLimitMs: 5000 };
  const warn = (text: string): void => void warnings.push(text);
  return (pool = new compiled.TransformPool({ task, threads: 1, timeoutMs: LONG_MS, warn, ...given }));
}

/** One row. */
function run(what: string, number = 1, deadline = Deadline.after(LONG_MS)): Promise<TransformedColumns> {
  const asked = { what: [what], number: [number] };
  if (!pool) throw new Error('no pool');
  return pool.run('view', { rows: 1, sources: { asked }, missing: [] }, deadline);
}

const doubledBy = async (what: string, number?: number): Promise<unknown> =>
  (await run(what, number)).get('doubled')?.values[0];
const failureOf = (computed: Promise<unknown>): Promise<{ code: string; message: string }> =>
  computed.then(
    () => ({ code: 'none', message: '' }),
    (error: unknown) => error as { code: string; message: string },
  );

describe('TransformPool', { timeout: 60_000 }, () => {
  it('computes in as many threads as it may have, one thing at a time in each', async () => {
    create({ threads: 2 });
    const results = await Promise.all([300, 300, 1, 1].map((ms) => run('slow', ms)));
    expect(results.map((columns) => columns.get('doubled')?.values)).toEqual([[600], [600], [2], [2]]);
    const threads = new Set(results.map((columns) => columns.get('thread')?.values[0]));
    expect(threads.size).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('passes on what a function throws, and goes on with the same thread', async () => {
    create();
    const before = (await run('double')).get('thread');
    expect(await failureOf(run('throw'))).toMatchObject({
      code: 'INVALID_VALUE',
      message: 'On-demand feature view view: row 0: no such trip',
    });
    expect((await run('double')).get('thread')).toEqual(before);
    expect(warnings).toEqual([]);
  });

  it('refuses at once what would be the 65th to wait for its only thread', async () => {
    create();
    await run('double');
    const slow = run('slow', 300);
    const waiting = Array.from({ length: 64 }, (_, number) => doubledBy('double', number));
    expect(await failureOf(run('double'))).toMatchObject({
      code: 'UNAVAILABLE',
      message:
        'On-demand feature view view: 64 computations wait for its 1 threads already (transform_threads)',
    });
    await slow;
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 64 }, (_, number) => 2 * number));
  });

  it('ends a thread that takes too long, and replaces it', async () => {
    create({ timeoutMs: LIMIT_MS });
    const before = (await run('double')).get('thread');
    expect(await failureOf(run('endless'))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('its function had no result within 400 ms') as string,
    });
    const after = (await run('double')).get('thread');
    expect(after).not.toEqual(before);
    expect(warnings).toEqual([
      'a thread of on-demand functions ended and is replaced: the function of view took longer than 400 ms',
    ]);
  });

  it('gives what waits no longer than its deadline', async () => {
    create();
    await run('double');
    const slow = run('slow', 1500);
    const startedMs = performance.now();
    expect(await failureOf(run('double', 1, Deadline.after(100)))).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'On-demand feature view view: no thread was free for its function in time',
    });
    expect(performance.now() - startedMs).toBeLessThan(1400);
    await slow;
  });

  it('fails what a thread was at when it ends, and replaces it', async () => {
    create();
    await run('double');
    const [ended, next] = await Promise.all([failureOf(run('end')), doubledBy('double', 4)]);
    expect(ended).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'On-demand feature view view: the thread of its function ended: it ended',
    });
    expect(next).toBe(8);
    expect(warnings).toEqual(['a thread of on-demand functions ended and is replaced: it ended']);
  });

  it('replaces a thread that what a function left behind has ended', async () => {
    create();
    expect(await doubledBy('leak', 3)).toBe(6);
    while (warnings.length === 0) await delay(20);
    expect(warnings).toEqual(['a thread of on-demand functions ended and is replaced: later']);
    expect(await doubledBy('double', 4)).toBe(8);
  });

  it('tries again, and again, while the repository cannot be loaded', async () => {
    writeFileSync(join(repoDir, 'broken.ts'), 'export const broken = ;\n');
    create();
    const waiting = doubledBy('double', 21);
    while (warnings.length < 2) await delay(20);
    expect(warnings[0]).toContain('broken.ts');
    rmSync(join(repoDir, 'broken.ts'));
    expect(await waiting).toBe(42);
  });

  it('lets nothing wait for a pool that was closed', async () => {
    const closed = create({ timeoutMs: LONG_MS });
    await run('double');
    const under = failureOf(run('slow', 10_000));
    await delay(50);
    await closed.close();
    expect(await under).toMatchObject({ code: 'UNAVAILABLE' });
    expect(warnings).toEqual([]);
  });
});
