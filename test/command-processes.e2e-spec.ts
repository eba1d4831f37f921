import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERY_KIND, RECORDED_REPOS, recordedRepo } from './support/feast-commands.ts';
import { runHere } from './support/command-run.ts';
import { salver, SalverProcess } from './support/salver-process.ts';
import { CHECKOUT, SALVER } from './support/servers.ts';

let repo = '';

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-processes-'));
  cpSync(EVERY_KIND, repo, { recursive: true });
});
afterEach(() => rmSync(repo, { recursive: true }));

/** Prints the address of every module that was loaded, on standard error. */
const MODULE_SPY = `import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ load: (url, context, next) => (seen.add(url), next(url, context)) });
process.on('exit', () => process.stderr.write([...seen].join('\\n')));`;

async function modulesOf(...words: string[]): Promise<string> {
  const spy = `data:text/javascript,${encodeURIComponent(MODULE_SPY)}`;
  const entry = join(CHECKOUT, 'dist/cli.main.js');
  const { stderr } = await promisify(execFile)(process.execPath, [
    '--import',
    spy,
    entry,
    '-c',
    repo,
    ...words,
  ]);
  return stderr;
}

describe('the process of a command', () => {
  it('ends when its work is done, whatever modules of the repository keep open', async () => {
    const made = join(repo, 'made');
    expect((await salver(['init', made])).code).toBe(0);
    writeFileSync(join(made, 'waiting.ts'), 'setInterval(() => undefined, 1000);\n');
    const plan = new SalverProcess(['-c', made, 'plan']);
    expect(await plan.ended).toMatchObject({ code: 0 });
    expect(plan.output).toContain('driver_hourly_stats');
  });

  it('starts within 0.3 s of processor time', () => {
    // Not of the clock: what else the machine does is not the command's fault.
    const line = `TIMEFORMAT='%U %S'; time "${SALVER}" version`;
    const seconds = Array.from({ length: 5 }, () => {
      const { stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
      return stderr
        .trim()
        .split(' ')
        .map(Number)
        .reduce((sum, part) => sum + part, 0);
    });
    expect(Math.min(...seconds)).toBeLessThan(0.3);
  });

  it.each([
    [['version'], ['/yaml/', '/@bufbuild/', '/ioredis/']],
    [['feature-views', 'list'], ['/ioredis/']],
    [['registry-dump'], ['/ioredis/']],
    [['get-online-features', '--help'], []],
  ])('%j loads what it needs', async (words, unneeded) => {
    const modules = await modulesOf(...words);
    expect(modules).toContain('dist/cli.js');
    const servers = ['/@nestjs/', '/fastify/', '/@duckdb/', '/pino/'];
    // All decorators of class-validator come with the telephone numbers of the world.
    expect([...servers, '/libphonenumber-js/', ...unneeded].filter((name) => modules.includes(name))).toEqual(
      [],
    );
  });

  it('goes on quietly when nobody reads on', () => {
    const repoOfMany = recordedRepo('permissions-oidc');
    const line = `set -o pipefail; "${SALVER}" -c "${repoOfMany}" registry-dump 2>"${repo}/stderr" | head -c 20; cat "${repo}/stderr"`;
    expect(execFileSync('bash', ['-c', line], { encoding: 'utf8' })).toBe(
      '{\n  "dataSources": [\n'.slice(0, 20),
    );
  });

  it('ends with 130 at SIGINT, while it waits for the lock of the registry', async () => {
    const lock = new DatabaseSync(join(repo, 'data/registry.db.lock'));
    lock.exec('BEGIN EXCLUSIVE');
    const waiting = new SalverProcess(['-c', repo, 'feature-views', 'disable', 'trips']);
    await delay(1500);
    waiting.kill('SIGINT');
    const { code, output } = await waiting.ended;
    lock.close();
    expect({ code, output }).toEqual({ code: 130, output: '' });
  });

  it('says what went wrong on standard error', async () => {
    const ended = await salver(['-c', repo, 'entities', 'describe', 'drivr']);
    expect(ended).toMatchObject({ code: 1, output: expect.stringContaining('did you mean driver?') });
    expect(await salver(['entities', 'list', '-c', join(repo, 'none')])).toMatchObject({
      code: 1,
      output: expect.stringContaining('does not exist'),
    });
  });
});

describe('a registry that cannot be used', () => {
  const list = () => runHere(['-c', repo, 'entities', 'list']);

  it('is missing: where it was looked for, and what to run', async () => {
    rmSync(join(repo, 'data/registry.db'));
    const { code, stderr } = await list();
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no registry at ${join(repo, 'data/registry.db')}`);
    expect(stderr).toContain('salver apply');
    expect(await runHere(['-c', repo, 'feature-views', 'disable', 'trips'])).toMatchObject({
      code: 1,
      stderr,
    });
  });

  it('is something else', async () => {
    writeFileSync(join(repo, 'data/registry.db'), 'SQLite format 3 or whatever');
    const { code, stderr } = await list();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${join(repo, 'data/registry.db')} (registry of ${join(repo, 'feature_store.yaml')}) is no registry`,
    );
  });

  it.each([
    ['project: nobody\nregistry: data/registry.db\n', 'it holds every_kind, other'],
    ['project: nobody\nregistry: data/empty.db\n', 'it is empty'],
  ])('does not hold the project: %j', async (yaml, text) => {
    writeFileSync(join(repo, 'data/empty.db'), '');
    writeFileSync(join(repo, 'feature_store.yaml'), yaml);
    const { code, stderr } = await list();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(text) });
    expect(await runHere(['-c', repo, 'projects', 'list'])).toMatchObject({ code: 0 });
  });

  it('is of a kind that this version does not read', async () => {
    writeFileSync(
      join(repo, 'feature_store.yaml'),
      'project: a\nregistry: {registry_type: sql, path: "sqlite:///x.db"}\n',
    );
    expect(await list()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('registry.registry_type'),
    });
    expect(await runHere(['-c', repo, 'configuration'])).toMatchObject({ code: 0 });
  });
});

describe('commands on every repo', () => {
  it.each(RECORDED_REPOS)('%s can be listed, whatever its store and auth', async (name) => {
    cpSync(recordedRepo(name), repo, { recursive: true });
    for (const group of ['entities', 'feature-views', 'feature-services', 'permissions', 'features']) {
      expect(await runHere(['-c', repo, group, 'list'])).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('works beside an online store and an auth kind that cannot be served', async () => {
    writeFileSync(
      join(repo, 'feature_store.yaml'),
      'project: every_kind\nregistry: data/registry.db\nonline_store: {type: milvus, password: hush}\nauth: {type: kubernetes}\n',
    );
    expect(await runHere(['-c', repo, 'feature-views', 'list'])).toMatchObject({ code: 0 });
    const read = ['get-online-features', '-e', 'driver_id=1', '-e', 'city=x', '-f', 'trips:rate'];
    expect(await runHere(['-c', repo, ...read])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('milvus'),
    });
    const shown = await runHere(['-c', repo, 'configuration', '--output', 'json']);
    expect(shown.stdout).toContain('"password": "********"');
    expect(shown.stdout + shown.stderr).not.toContain('hush');
    expect(shown.stderr).toContain('are shown as ********');
  });

  it("shows Salver's settings with their origins", async () => {
    writeFileSync(join(repo, 'salver.yaml'), 'server: {port: 7000}\n');
    const { stdout } = await runHere(['-c', repo, 'configuration', '--settings', '--log-level', 'WARNING']);
    expect(stdout).toMatch(/^server\.port\s+7000\s+salver\.yaml$/m);
    expect(stdout).toMatch(/^server\.log_level\s+warn\s+server\.log_level \(given as a flag\)$/m);
    expect(stdout).toMatch(/^server\.workers\s+1\s+default$/m);
  });

  it('reads a service, and the whole answer of the server', async () => {
    const drivers = recordedRepo('drivers-sqlite');
    const words = [
      '-c',
      drivers,
      'get-online-features',
      '-e',
      'driver_id=1001',
      '--feature-service',
      'driver_activity_v1',
    ];
    const values = await runHere(words);
    expect(JSON.parse(values.stdout)).toEqual({
      driver_id: [1001],
      conv_rate: [0.17759999632835388],
      avg_daily_trips: [777],
    });
    const answer = JSON.parse(
      (await runHere([...words, '--output', 'answer', '--full-feature-names'])).stdout,
    ) as {
      results: { statuses: string[] }[];
      metadata: { feature_names: string[] };
    };
    expect(answer.metadata.feature_names[1]).toBe('driver_hourly_stats__conv_rate');
    expect(answer.results[1]?.statuses).toEqual(['PRESENT']);
    const table = await runHere([...words, '--output', 'table']);
    expect(table.stdout.split('\n')[0]).toMatch(/^driver_id {2}conv_rate {2,}avg_daily_trips$/);
  });

  it.each([
    [['-f', 'trips:rate'], 2, '--entities is missing'],
    [['-e', 'driver_id=1'], 2, '--features is missing'],
    [['-e', 'driver_id=1', '-f', 'a:b', '--feature-service', 'c'], 2, 'exclude each other'],
    [['-e', 'driver_id', '-f', 'a:b'], 2, 'KEY=VALUE'],
    [['-e', 'driver_id=1', '-f', 'nope:rate'], 1, 'nope'],
    [['-e', 'rider_id=1', '-f', 'trips:rate'], 1, 'driver_id'],
    [['-e', 'driver_id=x', '-e', 'city=a', '-f', 'trips:rate'], 1, '"x" is not an integer'],
  ])('get-online-features %j ends with %i', async (words, code, text) => {
    expect(await runHere(['-c', repo, 'get-online-features', ...words])).toMatchObject({
      code,
      stderr: expect.stringContaining(text),
    });
  });
});
