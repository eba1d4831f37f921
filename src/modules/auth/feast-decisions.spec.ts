import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { Action } from '../../common/model/permission.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { ANONYMOUS, type Caller } from './caller.js';
import { CompiledPermissions } from './compiled-permissions.js';
import { projectResources } from './project-resources.js';
import { classNameOf, type Resource } from './resource.js';

interface Recorded {
  readonly users: Readonly<Record<string, Partial<Caller>>>;
  readonly messages: readonly string[];
  readonly decisions: readonly {
    readonly user: string;
    readonly actions: readonly Action[];
    readonly verdicts: Readonly<Record<string, number | null>>;
  }[];
  readonly lists: readonly {
    readonly user: string;
    readonly actions: readonly Action[];
    readonly type: string;
    readonly said: readonly string[] | number;
  }[];
}

const folder = new URL('../../../test/fixtures/permissions/', import.meta.url);
const recorded = JSON.parse(readFileSync(new URL('decisions.json', folder), 'utf8')) as Recorded;
const snapshot = decodeRegistry(readFileSync(new URL('repo/data/registry.db', folder)), 'perms');
const permissions = new CompiledPermissions(snapshot.permissions.values());
const resources = projectResources(snapshot);
const caller = (user: string): Caller => ({ ...ANONYMOUS, subject: user, ...recorded.users[user] });

describe("decisions of Feast's security manager over a registry that it wrote", () => {
  it('knows the same objects, by the same classes', () => {
    const ours = resources.map((resource) => `${classNameOf(resource)}:${resource.name}`);
    expect(ours.toSorted()).toEqual(Object.keys(recorded.decisions[0]!.verdicts).toSorted());
  });

  it.each(
    recorded.decisions.map(
      ({ user, actions, verdicts }) => [user, actions.join(), actions, verdicts] as const,
    ),
  )('of %s to %s', (user, _words, actions, verdicts) => {
    const ours = resources.map((resource) => [
      `${classNameOf(resource)}:${resource.name}`,
      permissions.refusal(caller(user), actions, [resource]),
    ]);
    const theirs = Object.entries(verdicts).map(([name, said]) => [
      name,
      said === null ? undefined : recorded.messages[said],
    ]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });

  it('on lists of one type', () => {
    const ours = recorded.lists.map(({ user, actions, type }) => {
      const ofType = resources.filter((resource) => classNameOf(resource) === type);
      return [user, ...actions, type, permittedOf(caller(user), actions, ofType)].join(' ');
    });
    const theirs = recorded.lists.map(({ user, actions, type, said }) =>
      [user, ...actions, type, typeof said === 'number' ? 'refused' : said.toSorted().join()].join(' '),
    );
    expect(ours).toEqual(theirs);
  });
});

function permittedOf(who: Caller, actions: readonly Action[], ofType: readonly Resource[]): string {
  try {
    const names = permissions.permitted(who, actions, ofType).map(({ name }) => name);
    return names.toSorted().join();
  } catch (error) {
    if (error instanceof PermissionDeniedError) return 'refused';
    throw error;
  }
}
