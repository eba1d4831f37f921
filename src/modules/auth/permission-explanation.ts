import { type Action, ACTIONS } from '../../common/model/permission.js';
import type { Caller } from './caller.js';
import type { CompiledPermission } from './compiled-permission.js';
import type { CompiledPermissions } from './compiled-permissions.js';
import { classNameOf, type Resource } from './resource.js';

/** What one permission says of a caller, actions and a resource. */
export interface Vote {
  readonly permission: string;
  /** `none`: it is not for these actions or this resource. */
  readonly vote: 'allowed' | 'refused' | 'none';
  readonly reason: string;
}

const ORDER: readonly Vote['vote'][] = ['allowed', 'refused', 'none'];

export interface Explanation {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly Action[];
  readonly decision: 'allowed' | 'refused';
  /** What decided: a permission, or what the server would answer. */
  readonly reason: string;
  /** What decides first. */
  readonly votes: readonly Vote[];
}

export function explain(
  permissions: CompiledPermissions,
  caller: Caller,
  actions: readonly Action[],
  resource: Resource,
): Explanation {
  const votes = permissions.permissions.map((each) => voteOf(each, caller, actions, resource));
  const refusal = permissions.refusal(caller, actions, [resource]);
  const granting = votes.find(({ vote }) => vote === 'allowed');
  return {
    type: classNameOf(resource),
    name: resource.name,
    actions,
    decision: refusal === undefined ? 'allowed' : 'refused',
    reason:
      refusal?.replace('Permission error:\n', '') ??
      (granting
        ? `by permission ${granting.permission}`
        : 'there are no permissions, and the caller has a name'),
    votes: votes.toSorted((a, b) => ORDER.indexOf(a.vote) - ORDER.indexOf(b.vote)),
  };
}

// oxlint-disable-next-line max-params -- who does what to what, by which permission
function voteOf(
  compiled: CompiledPermission,
  caller: Caller,
  actions: readonly Action[],
  resource: Resource,
): Vote {
  const permission = compiled.permission.name;
  const missing = actions.filter((action) => !compiled.hasActions([action]));
  if (!compiled.hasType(resource.type)) {
    return { permission, vote: 'none', reason: `is not for the type ${classNameOf(resource)}` };
  }
  if (!compiled.hasName(resource.name)) {
    return { permission, vote: 'none', reason: 'no name pattern fits the whole name' };
  }
  if (missing.length > 0) return { permission, vote: 'none', reason: `does not allow ${missing.join(', ')}` };
  const refusal = compiled.refusal(caller, resource);
  if (refusal !== undefined) return { permission, vote: 'refused', reason: refusal };
  return { permission, vote: 'allowed', reason: 'lets the caller pass' };
}

/** `read_online`, or several with commas between them; undefined for one that does not exist. */
export function parseActions(text: string): readonly Action[] | undefined {
  const found = text.split(',').map((word) => ACTIONS.find((action) => action === word.trim().toUpperCase()));
  return found.every((action) => action !== undefined) ? found : undefined;
}
