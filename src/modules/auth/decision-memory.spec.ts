import { describe, expect, it, vi } from 'vitest';
import { ANONYMOUS, type Caller } from './caller.js';
import { CompiledPermissions } from './compiled-permissions.js';
import { DecisionMemory } from './decision-memory.js';
import { type Resource, resourceOf } from './resource.js';

const READ = ['READ_ONLINE'] as const;
const bob: Caller = { ...ANONYMOUS, subject: 'bob' };
const list = (): readonly Resource[] => [resourceOf('FEATURE_VIEW', { name: 'a', tags: new Map() })];

function watched(): { readonly memory: DecisionMemory; readonly decisions: () => number } {
  const permissions = new CompiledPermissions([
    {
      name: 'p',
      types: [],
      namePatterns: [],
      requiredTags: new Map(),
      actions: ['READ_ONLINE', 'WRITE_ONLINE'],
      policy: { kind: 'role_based', roles: ['reader'] },
      tags: new Map(),
    },
  ]);
  const refusal = vi.spyOn(permissions, 'refusal');
  return { memory: new DecisionMemory(permissions), decisions: () => refusal.mock.calls.length };
}

describe('DecisionMemory', () => {
  it('decides the same list once for callers that are the same to the permissions', () => {
    const { memory, decisions } = watched();
    const resources = list();
    const first = memory.refusal(bob, READ, resources);
    expect(
      memory.refusal({ ...bob, subject: 'eve', roles: ['unknown'], groups: ['g'] }, READ, resources),
    ).toBe(first);
    expect(first).toMatch(/Requires roles/);
    expect(decisions()).toBe(1);
  });

  it('decides again for other actions, other callers and other lists', () => {
    const { memory, decisions } = watched();
    const resources = list();
    memory.refusal(bob, READ, resources);
    memory.refusal(bob, ['WRITE_ONLINE'], resources);
    memory.refusal({ ...bob, roles: ['reader'] }, READ, resources);
    memory.refusal(ANONYMOUS, READ, resources);
    memory.refusal({ ...bob, intraServer: true }, READ, resources);
    memory.refusal(bob, READ, list());
    expect(decisions()).toBe(6);
  });

  it('forgets all when there is too much, and decides again', () => {
    const { memory, decisions } = watched();
    const resources = list();
    memory.refusal(bob, READ, resources);
    for (let index = 0; index < 20_000; index++) memory.refusal(bob, READ, list());
    const before = decisions();
    memory.refusal(bob, READ, resources);
    expect(decisions()).toBe(before + 1);
  });
});
