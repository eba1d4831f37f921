import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { RegistryPoller } from '../registry-poller.js';
import { InProcessRegistryValidator } from '../../../../test/support/in-process-registry-validator.js';
import { decodeRegistry } from '../registry.codec.js';
import { FileLock } from '../../../common/locks/file-lock.js';
import { FileRegistrySource } from './file-registry-source.js';

const PROGRAM = 'test/support/registry-process.ts';
const VIEWS = 17;

let modules: CompiledModules | undefined;
let directory = '';
let path = '';
const children = new Set<ChildProcess>();

beforeAll(async () => {
  modules = await CompiledModules.compile([PROGRAM]);
});

afterAll(() => modules?.remove());

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'salver-registry-')));
  path = join(directory, 'registry.db');
  copyFileSync('test/fixtures/registry/drivers-sqlite/registry.db', path);
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  rmSync(directory, { recursive: true, force: true });
});

function start(...argv: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--no-warnings', modules?.pathOf(PROGRAM) ?? '', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}

async function exitCodeOf(child: ChildProcess): Promise<unknown> {
  const [code] = (await once(child, 'exit')) as unknown[];
  return code;
}

describe('several processes on one registry', () => {
  it('lose no change of each other, and readers see whole registries only', async () => {
    const writers = [1, 2, 3].map(() => start('increment', path, '8'));
    let writing = true;
    const ended = Promise.all(writers.map(exitCodeOf)).finally(() => (writing = false));
    const viewCounts = new Set<number>();
    while (writing) {
      // The plain file, at any moment: a writer replaces it in one step.
      viewCounts.add(decodeRegistry(readFileSync(path), 'drivers').featureViews.size);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended).toEqual([0, 0, 0]);
    expect([...viewCounts]).toEqual([VIEWS]);
    const { projectInfo, featureViews } = decodeRegistry(readFileSync(path), 'drivers');
    expect(projectInfo?.tags.get('count')).toBe('24');
    expect(featureViews.size).toBe(VIEWS);
    expect(readdirSync(directory).toSorted()).toEqual(['registry.db', 'registry.db.lock']);
  });

  it('get the lock when its holder is killed', async () => {
    const lockPath = `${path}.lock`;
    const holder = start('hold', lockPath);
    if (holder.stdout) await once(holder.stdout, 'data');
    await expect(FileLock.acquire(lockPath, Deadline.after(100))).rejects.toThrow(UnavailableError);
    holder.kill('SIGKILL');
    const lock = await FileLock.acquire(lockPath, Deadline.after(10_000));
    lock.release();
    expect(holder.pid).toBeGreaterThan(0);
  });

  it('are not served what a writer without a lock has half written', async () => {
    const viewCounts: number[] = [];
    const poller = new RegistryPoller(
      new FileRegistrySource(path),
      new InProcessRegistryValidator(),
      { project: 'drivers', ttlMs: 50, intervalMs: 5 },
      {
        onAccepted: ({ bytes }) => viewCounts.push(decodeRegistry(bytes, 'drivers').featureViews.size),
        onProblem: () => undefined,
      },
    );
    await poller.start(Deadline.after(10_000));
    const code = await exitCodeOf(start('rewrite', path, '40'));
    await poller.refreshNow(Deadline.after(10_000));
    await poller.stop();
    expect(code).toBe(0);
    // Several of the forty were seen, each as a whole, and the last is served.
    expect(viewCounts.length).toBeGreaterThan(2);
    expect(new Set(viewCounts)).toEqual(new Set([VIEWS]));
    expect(poller.status().lastError).toBeUndefined();
  });
});
