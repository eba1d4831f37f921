import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../test/support/compiled-modules.js';
import { FileLock } from './file-lock.js';

const SOURCE = 'src/common/locks/file-lock.ts';
const HOLDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ FileLock }) => {
    parentPort.on('message', () => { throw new Error('a bug'); });
    parentPort.postMessage(FileLock.tryAcquire(workerData.path) !== undefined);
  });`;

let modules: CompiledModules;
const folder = mkdtempSync(join(tmpdir(), 'salver-lock-'));

beforeAll(async () => {
  modules = await CompiledModules.compile([SOURCE]);
});
afterAll(() => {
  modules.remove();
  rmSync(folder, { recursive: true });
});

describe('a lock of a thread', () => {
  it.each<[string, (holder: Worker) => void]>([
    ['fails', (holder) => holder.postMessage('fail')],
    ['is ended', (holder) => void holder.terminate()],
  ])('that %s is free for the next one of the same process', async (_, end) => {
    const path = join(folder, 'lock');
    const holder = new Worker(HOLDER, {
      eval: true,
      workerData: { module: modules.pathOf(SOURCE), path },
    });
    holder.on('error', () => undefined);
    expect(await new Promise((resolve) => holder.once('message', resolve))).toBe(true);
    expect(FileLock.tryAcquire(path)).toBeUndefined();
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    end(holder);
    await ended;
    const lock = FileLock.tryAcquire(path);
    expect(lock).toBeDefined();
    lock?.release();
  });
});
