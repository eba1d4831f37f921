import { describe, expect, it } from 'vitest';
import { judgeRegistry } from './registry-acceptance.js';
import type { RegistrySummary } from './registry-summary.js';

function summary(projects: readonly string[], counts: Readonly<Record<string, number>>): RegistrySummary {
  return { versionId: '', projects, objectCounts: new Map(Object.entries(counts)) };
}

const served = summary(['drivers', 'other'], { drivers: 10, other: 3 });
const old = summary([], { drivers: 10 });

describe('judgeRegistry', () => {
  it.each([
    ['the first', summary(['drivers'], { drivers: 10 }), undefined, 'accept'],
    ['the first, without definitions', summary(['drivers'], {}), undefined, 'accept'],
    ['the first, empty', summary([], {}), undefined, 'reject'],
    ['the first, of another project', summary(['other'], { other: 3 }), undefined, 'reject'],
    [
      'the first, which lists another project',
      summary(['other'], { drivers: 9, other: 3 }),
      undefined,
      'reject',
    ],
    ['the first, which lists none', old, undefined, 'suspicious'],
    ['one more definition', summary(['drivers'], { drivers: 11 }), served, 'accept'],
    ['half of the definitions', summary(['drivers'], { drivers: 5 }), served, 'accept'],
    ['less than half', summary(['drivers'], { drivers: 4 }), served, 'suspicious'],
    ['no definitions any more', summary(['drivers'], {}), served, 'suspicious'],
    ['another project without all of its own', summary(['drivers'], { drivers: 10 }), served, 'accept'],
    ['no list of projects any more', summary([], { drivers: 9 }), served, 'reject'],
    ['empty', summary([], {}), served, 'reject'],
    ['of another project', summary(['other'], { other: 3 }), served, 'reject'],
    ['none listed, as before', summary([], { drivers: 9 }), old, 'accept'],
  ])('%s', (_what, candidate, before, verdict) => {
    expect(judgeRegistry('drivers', candidate, before).kind).toBe(verdict);
  });

  it('says which projects there are instead', () => {
    expect(judgeRegistry('drivers', summary(['a', 'b'], {}), served)).toEqual({
      kind: 'reject',
      reason: "it does not hold project 'drivers', but 'a', 'b'",
    });
  });
});
