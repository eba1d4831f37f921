import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../test/support/compiled-modules.js';
import { ConflictError, UnavailableError } from '../../common/errors/errors.js';
import { ViewLeases } from './view-lease.js';

let folder = '';
let leases: ViewLeases;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-lease-'));
  leases = new ViewLeases(join(folder, 'registry.db.leases'), 'job-1');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a lease', () => {
  it('is held once, by project and view', () => {
    const lease = leases.acquire('drivers', 'stats');
    expect(() => leases.acquire('drivers', 'stats')).toThrow(ConflictError);
    for (const [project, view] of [
      ['drivers', 'other'],
      ['riders', 'stats'],
    ] as const) {
      leases.acquire(project, view).release();
    }
    lease.release();
    leases.acquire('drivers', 'stats').release();
  });

  it('says who holds it', () => {
    const lease = leases.acquire('drivers', 'stats');
    expect(() =>
      new ViewLeases(join(folder, 'registry.db.leases'), 'job-2').acquire('drivers', 'stats'),
    ).toThrow(
      new RegExp(
        `^job job-1 \\(process ${process.pid}, since 20.+Z\\) is loading it; try again when that has ended$`,
      ),
    );
    lease.release();
  });

  it.each(['a/b', '..', 'ü\0 %', 'x'.repeat(300)])('may be for a view named %j', (name) => {
    const lease = leases.acquire('drivers', name);
    expect(() => leases.acquire('drivers', name)).toThrow(ConflictError);
    leases.acquire('drivers', `${name}x`).release();
    lease.release();
    expect(readdirSync(folder)).toEqual(['registry.db.leases']);
  });

  it('is free for the next one when it could not be told who has it', () => {
    const holder = join(folder, 'registry.db.leases', 'drivers.stats.json');
    mkdirSync(holder, { recursive: true });
    expect(() => leases.acquire('drivers', 'stats')).toThrow(UnavailableError);
    rmdirSync(holder);
    leases.acquire('drivers', 'stats').release();
  });

  it('cannot be had where no file can be made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new ViewLeases(join(folder, 'file'), 'job').acquire('drivers', 'stats')).toThrow(
      UnavailableError,
    );
  });
});

describe('a lease of another process', () => {
  let modules: CompiledModules;
  let holder: ChildProcess | undefined;

  beforeAll(async () => {
    modules = await CompiledModules.compile(['src/modules/materialization/view-lease.ts']);
  });
  afterEach(() => holder?.kill('SIGKILL'));
  afterAll(() => modules.remove());

  it('keeps others out until that process is gone, whichever way', async () => {
    const program = `
      const { ViewLeases } = await import(${JSON.stringify(modules.pathOf('src/modules/materialization/view-lease.ts'))});
      new ViewLeases(${JSON.stringify(join(folder, 'registry.db.leases'))}, 'theirs').acquire('drivers', 'stats');
      console.log('held');
      setInterval(() => undefined, 1000);`;
    holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder!.stdout!.once('data', resolve));
    expect(() => leases.acquire('drivers', 'stats')).toThrow(`job theirs (process ${holder.pid}`);
    const ended = new Promise((resolve) => holder!.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
    leases.acquire('drivers', 'stats').release();
  });
});
