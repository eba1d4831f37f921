import { describe, expect, it } from 'vitest';
import {
  type DecisionVector,
  decisionVectors,
  type Outcome,
} from '../../../test/support/decision-vectors.js';
import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { Permission } from '../../common/model/permission.js';
import { ANONYMOUS, type Caller } from './caller.js';
import { CompiledPermissions } from './compiled-permissions.js';
import { type Resource, resourceOf } from './resource.js';

function decide({ permissions, caller, resources, actions, mode }: DecisionVector): Outcome {
  const compiled = new CompiledPermissions(permissions);
  if (mode === 'assert') {
    const message = compiled.refusal(caller, actions, resources);
    return message === undefined ? { decision: 'allowed' } : { decision: 'denied', message };
  }
  try {
    const permitted = compiled.permitted(caller, actions, resources);
    return { decision: 'allowed', permitted: permitted.map(({ name }) => name) };
  } catch (error) {
    if (!(error instanceof PermissionDeniedError)) throw error;
    return { decision: 'denied', message: error.message };
  }
}

const VECTORS = decisionVectors();
/** Where Feast lets a caller pass for its name; for one of them the vectors recommend nothing. */
const intra = VECTORS.filter(({ isIntraServer }) => isIntraServer);

describe('decisions of Feast', () => {
  it('has vectors', () => {
    expect(VECTORS).toHaveLength(53);
  });

  it.each(
    VECTORS.filter((vector) => !vector.recommended && !vector.isIntraServer).map((v) => [v.id, v] as const),
  )('%s', (_id, vector) => {
    const { decision, message, permitted } = vector.real;
    expect(decide(vector)).toEqual(JSON.parse(JSON.stringify({ decision, message, permitted })));
  });

  it.each(VECTORS.filter(({ recommended }) => recommended).map((vector) => [vector.id, vector] as const))(
    '%s: as recommended, not as Feast',
    (_id, vector) => {
      expect(vector.real.decision).not.toBe(vector.recommended?.decision);
      expect(decide(vector).decision).toBe(vector.recommended?.decision);
    },
  );

  it.each(intra.map((vector) => [vector.id, vector] as const))(
    '%s: by what authentication says, never by the name',
    (_id, vector) => {
      expect(decide(vector).decision).toBe('denied');
      const marked = { ...vector, caller: { ...vector.caller, intraServer: true } as const };
      expect(decide(marked).decision).toBe('allowed');
    },
  );
});

const view = (name: string, tags: Record<string, string> = {}): Resource =>
  resourceOf('FEATURE_VIEW', { name, tags: new Map(Object.entries(tags)) });
const permission = (part: Partial<Permission>): Permission => ({
  name: 'p',
  types: [],
  namePatterns: [],
  requiredTags: new Map(),
  actions: ['READ_ONLINE'],
  policy: { kind: 'role_based', roles: ['reader'] },
  tags: new Map(),
  ...part,
});
const reader: Caller = { ...ANONYMOUS, subject: 'ann', roles: ['reader'] };
const refusal = (
  part: Partial<Permission>,
  resource: Resource,
  caller: Caller = reader,
): string | undefined =>
  new CompiledPermissions([permission(part)]).refusal(caller, ['READ_ONLINE'], [resource]);

describe('required tags', () => {
  const requiredTags = new Map([[' risk ', ' high ']]);

  it('are compared without outer blanks, as Feast stores them', () => {
    expect(refusal({ requiredTags }, view('a', { risk: 'high' }))).toBeUndefined();
    expect(refusal({ requiredTags }, view('a', { risk: ' high' }))).toBeDefined();
  });

  it('are named to whom they alone keep out', () => {
    expect(refusal({ requiredTags }, view('a'))).toBe(
      "Permission error:\nPermission p denied execution of ['READ_ONLINE'] to FeatureView:a: Requires tags {'risk': 'high'}",
    );
  });

  // Recorded: Feast answers so for views without the tag.
  it('do not change what Feast says to whom the policy keeps out', () => {
    expect(refusal({ requiredTags }, view('a'), ANONYMOUS)).toBe(
      "Permission error:\nPermission p denied execution of ['READ_ONLINE'] to FeatureView:a: Requires roles ['reader']",
    );
  });

  it('must all be there', () => {
    const two = new Map([
      ['a', '1'],
      ['constructor', '2'],
    ]);
    expect(refusal({ requiredTags: two }, view('v', { a: '1' }))).toBeDefined();
    expect(refusal({ requiredTags: two }, view('v', { a: '1', constructor: '2' }))).toBeUndefined();
  });
});

describe('name patterns', () => {
  it('that cannot be used fit no name, rather than every name', () => {
    const compiled = new CompiledPermissions([permission({ namePatterns: ['(?=driver).*', '['] })]);
    expect(compiled.refusal(reader, ['READ_ONLINE'], [view('driver_stats')])).toMatch(
      /^Permission error:\nNo perm/,
    );
    expect(compiled.problems).toEqual([
      { permission: 'p', pattern: '(?=driver).*', reason: 'look-ahead (?= at position 0' },
      { permission: 'p', pattern: '[', reason: 'a [ without its ] at position 0' },
    ]);
  });

  it('that can be used fit beside those that cannot', () => {
    expect(refusal({ namePatterns: ['(', 'driver_.*'] }, view('driver_stats'))).toBeUndefined();
  });

  it('of nothing but blanks fit no name', () => {
    expect(refusal({ namePatterns: [' '] }, view('driver_stats'))).toBeDefined();
  });
});

describe('closed', () => {
  it('refuses when no action is named', () => {
    const compiled = new CompiledPermissions([permission({ policy: { kind: 'allow_all' } })]);
    expect(compiled.refusal(reader, [], [view('a')])).toBeDefined();
  });

  it('refuses a permission that has lost its actions', () => {
    expect(refusal({ actions: [] }, view('a'))).toBeDefined();
  });

  it('takes no caller for another server but one that is marked so', () => {
    const marked = { ...ANONYMOUS, intraServer: 'yes' } as unknown as Caller;
    expect(refusal({}, view('a'), marked)).toBeDefined();
  });
});
