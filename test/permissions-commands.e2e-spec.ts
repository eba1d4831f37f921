import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandRun, runHere } from './support/command-run.ts';
import { parseFeastTable, recordedRepo } from './support/feast-commands.ts';
import { CHECKOUT } from './support/servers.ts';

const FIXTURES = join(CHECKOUT, 'test/fixtures/permissions');
const REPO = join(FIXTURES, 'repo');
const recorded = JSON.parse(readFileSync(join(FIXTURES, 'commands.json'), 'utf8')) as {
  readonly args: readonly string[];
  readonly stdout: string;
}[];
const feast = (...args: string[]): string => {
  const run = recorded.find((each) => each.args.join(' ') === args.join(' '));
  if (run === undefined) throw new Error(`not recorded: ${args.join(' ')}`);
  return run.stdout;
};
const permissions = (...words: string[]): Promise<CommandRun> =>
  runHere(['-c', REPO, 'permissions', ...words]);
async function json<T>(...words: string[]): Promise<T> {
  return JSON.parse((await permissions(...words, '--output', 'json')).stdout) as T;
}

interface Report {
  readonly resources: readonly { name: string; type: string }[];
  readonly actions: readonly { name: string; type: string; actions: readonly string[] }[];
  readonly patterns: readonly { permission: string; pattern: string; reason: string }[];
  readonly permissions: readonly { permission: string; reason: string }[];
}
/** `├── name ['role']` and `│   ├── FeatureView ['a', 'b']`, as sets. */
function feastMatches(): string[] {
  const tree = feast('list', '-v').split('Permissions:')[1] ?? '';
  let permission = '';
  return tree.split('\n').flatMap((line) => {
    const name = /^[├└]── (\w+)/.exec(line)?.[1];
    if (name !== undefined) permission = name;
    const [, type, list] = /^[│ ] {3}[├└]── (\w+):? (.*)$/.exec(line) ?? [];
    if (type === undefined) return [];
    const names =
      list === 'none' ? [] : [...(list ?? '').matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
    return [`${permission} ${type} ${names.toSorted().join()}`];
  });
}

describe('permissions list -v', () => {
  it('shows what Feast shows, and label views and permissions besides', async () => {
    const rows = await json<{ permission: string; type: string; resources: string[] }[]>('list', '-v');
    // Feast asks whether a BatchFeatureView is matched of what is listed, which are all feature views.
    const ours = rows
      .filter(({ type }) => !['LabelView', 'Permission'].includes(type))
      .map(({ permission, type, resources }) => `${permission} ${type} ${resources.toSorted().join()}`);
    const theirs = feastMatches().map((line) =>
      line.startsWith('everything_named BatchFeatureView') ? 'everything_named BatchFeatureView ' : line,
    );
    expect(ours.toSorted()).toEqual(theirs.toSorted());
    expect(rows).toContainEqual(
      expect.objectContaining({ permission: 'labels', type: 'LabelView', resources: ['fraud_labels'] }),
    );
  });

  it('is a plain list without -v', async () => {
    const rows = await json<{ name: string; name_patterns: string[] }[]>('list');
    expect(rows.map(({ name }) => name)).toEqual(parseFeastTable(feast('list')).map((row) => row['NAME']));
  });
});

describe('permissions list-roles', () => {
  it('lists the roles that Feast lists', async () => {
    const roles = feast('list-roles')
      .match(/(?<=\| )\S+(?= +\|)/g)
      ?.filter((word) => word !== 'ROLE');
    expect(await json('list-roles')).toEqual(roles?.map((role) => ({ role })));
  });

  it('-v lists what each may do, as Feast', async () => {
    const rows = await json<{ role: string; resource: string; type: string; actions: string[] }[]>(
      'list-roles',
      '-v',
    );
    const ours = rows.map(({ role, resource, type, actions }) =>
      [role, resource, type, actions.join('\n') || '-'].join(' '),
    );
    const theirs = parseFeastTable(feast('list-roles', '-v')).map((row) =>
      [row['ROLE NAME'], row['RESOURCE NAME'], row['RESOURCE TYPE'], row['PERMITTED ACTIONS']].join(' '),
    );
    expect(ours.toSorted()).toEqual(theirs.toSorted());
  });
});

describe('permissions check', () => {
  it('finds the resources and actions that Feast finds', async () => {
    const report = await json<Report>('check');
    const [, unsecured = '', actions = ''] = feast('check').split(/^The following.*$/m);
    expect(report.resources.map(({ name, type }) => `${type}:${name}`).toSorted()).toEqual(
      parseFeastTable(unsecured)
        .map((row) => `${row['TYPE']}:${row['NAME']}`)
        .toSorted(),
    );
    // Feast repeats those of the first table, with all actions.
    const some = parseFeastTable(actions).filter((row) => row['UNSECURED ACTIONS']?.split('\n').length !== 8);
    expect(
      report.actions.map(({ type, name, actions: list }) => `${type}:${name} ${list.join('\n')}`).toSorted(),
    ).toEqual(some.map((row) => `${row['TYPE']}:${row['NAME']} ${row['UNSECURED ACTIONS']}`).toSorted());
  });

  it('finds patterns that cannot be used and permissions without effect, and ends with 1', async () => {
    const run = await permissions('check');
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(/^unused +\(\?!risk\)\.\* +look-ahead \(\?! at position 0$/m);
    expect(run.stdout).toMatch(/^unused +no resource has/m);
    expect(run.stdout).toMatch(/^empty_list +its policy lets nobody pass$/m);
  });

  it('takes required tags for what they are', async () => {
    const run = await runHere([
      '-c',
      recordedRepo('permissions-oidc'),
      'permissions',
      'check',
      '--output',
      'json',
    ]);
    const names = (JSON.parse(run.stdout) as Report).resources.map(({ name }) => name);
    expect(names).toContain('lonely_stats');
    expect(names).not.toContain('tagged_stats');
    expect(run.code).toBe(0);
    const strict = await runHere([
      '-c',
      recordedRepo('permissions-oidc'),
      'permissions',
      'check',
      '--strict',
    ]);
    expect(strict.code).toBe(1);
  });
});
