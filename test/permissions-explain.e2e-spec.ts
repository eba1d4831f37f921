import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermissionSchema } from '../src/generated/feast/core/Permission_pb.ts';
import { RegistrySchema } from '../src/generated/feast/core/Registry_pb.ts';
import { type CommandRun, runHere } from './support/command-run.ts';
import { CHECKOUT } from './support/servers.ts';

const REPO = join(CHECKOUT, 'test/fixtures/permissions/repo');
const permissions = (...words: string[]): Promise<CommandRun> =>
  runHere(['-c', REPO, 'permissions', ...words]);
async function json<T>(...words: string[]): Promise<T> {
  return JSON.parse((await permissions(...words, '--output', 'json')).stdout) as T;
}

interface Explained {
  readonly type: string;
  readonly name: string;
  readonly decision: string;
  readonly reason: string;
  readonly votes: readonly { permission: string; vote: string; reason: string }[];
}

describe('permissions explain', () => {
  it('says which permission decides', async () => {
    const run = await permissions('explain', 'read_online', 'driver_stats', '--roles', 'writer,reader');
    expect(run.code).toBe(0);
    expect(run.stdout.split('\n')[0]).toBe(
      'READ_ONLINE on FeatureView:driver_stats: allowed: by permission views_read',
    );
  });

  it('says why the others do not, and ends with 1', async () => {
    const run = await permissions(
      'explain',
      'WRITE_ONLINE',
      'driver_stats',
      '--roles',
      'reader',
      '--output',
      'json',
    );
    expect(run.code).toBe(1);
    const [explained] = JSON.parse(run.stdout) as [Explained];
    expect(explained.decision).toBe('refused');
    const votes = Object.fromEntries(
      explained.votes.map(({ permission, vote, reason }) => [permission, `${vote}: ${reason}`]),
    );
    expect(votes).toMatchObject({
      driver_write: "refused: Requires roles ['writer']",
      views_read: 'none: does not allow WRITE_ONLINE',
      stream_only: 'none: is not for the type FeatureView',
      everything_named: 'none: no name pattern fits the whole name',
    });
    expect(explained.votes[0]?.permission).toBe('driver_write');
  });

  it('explains the source views of an on-demand view, as the server checks them', async () => {
    const explained = await json<Explained[]>('explain', 'READ_ONLINE', 'twice', '--roles', "o'neil");
    expect(explained.map(({ type, name, decision }) => `${type}:${name} ${decision}`)).toEqual([
      'FeatureView:driver_stats refused',
      'OnDemandFeatureView:twice allowed',
    ]);
  });

  it('explains the views of a service where the server checks them', async () => {
    const repo = mkdtempSync(join(tmpdir(), 'salver-explain-'));
    try {
      cpSync(REPO, repo, { recursive: true });
      const words = [
        '-c',
        repo,
        'permissions',
        'explain',
        'READ_ONLINE',
        'risk_service',
        '--roles',
        'writer',
        '--output',
        'json',
      ];
      expect(JSON.parse((await runHere(words)).stdout)).toHaveLength(1);
      writeFileSync(join(repo, 'salver.yaml'), 'auth: {check_service_views: true}\n');
      const run = await runHere(words);
      expect(
        (JSON.parse(run.stdout) as Explained[]).map(({ name, decision }) => `${name} ${decision}`),
      ).toEqual(['risk_service allowed', 'driver_stats refused', 'risky_stats refused']);
      expect(run.code).toBe(1);
    } finally {
      rmSync(repo, { recursive: true });
    }
  });

  it.each<[string[], number, RegExp]>([
    [['read', 'driver_stats'], 2, /ACTION: 'read' is none of CREATE/],
    [
      ['READ_ONLINE', 'drivr_stats'],
      1,
      /There is no drivr_stats in project perms; did you mean driver_stats\?/,
    ],
    [['READ_ONLINE', 'Entity:driver_stats'], 1, /There is no Entity:driver_stats/],
    [['READ_ONLINE'], 2, /RESOURCE/],
  ])('tells what is wrong with %j', async (words, code, message) => {
    const run = await permissions('explain', ...words);
    expect(run.code).toBe(code);
    expect(run.stderr).toMatch(message);
  });

  it('takes groups and namespaces, and says so when the server checks nothing', async () => {
    const run = await permissions(
      'explain',
      'DESCRIBE',
      'batch_stats',
      '--namespaces',
      'x',
      '--namespaces',
      'ml-prod',
      '--groups',
      'g',
    );
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/has no auth/);
  });
});

describe('without permissions', () => {
  let repo = '';
  beforeEach(() => {
    repo = mkdtempSync(join(tmpdir(), 'salver-open-'));
    cpSync(REPO, repo, { recursive: true });
    const path = join(repo, 'data/registry.db');
    const registry = fromBinary(RegistrySchema, readFileSync(path));
    registry.permissions = [];
    writeFileSync(path, toBinary(RegistrySchema, registry));
  });
  afterEach(() => rmSync(repo, { recursive: true }));

  it('check and explain say that everybody with a token may do everything', async () => {
    const check = await runHere(['-c', repo, 'permissions', 'check']);
    expect(check).toMatchObject({ code: 0, stderr: '' });
    expect(check.stdout).toMatch(/every caller with a valid token may do everything/);
    const explained = await runHere(['-c', repo, 'permissions', 'explain', 'DELETE', 'driver_stats']);
    expect(explained.code).toBe(0);
    const nameless = await runHere([
      '-c',
      repo,
      'permissions',
      'explain',
      'DELETE',
      'driver_stats',
      '--user',
      '',
    ]);
    expect(nameless.code).toBe(1);
  });

  it('asks which of two resources of one name is meant', async () => {
    const path = join(repo, 'data/registry.db');
    const registry = fromBinary(RegistrySchema, readFileSync(path));
    registry.permissions.push(create(PermissionSchema, { spec: { name: 'driver_stats', project: 'perms' } }));
    writeFileSync(path, toBinary(RegistrySchema, registry));
    const run = await runHere(['-c', repo, 'permissions', 'explain', 'DELETE', 'driver_stats']);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(
      /is the name of FeatureView:driver_stats and Permission:driver_stats: say which/,
    );
  });
});
