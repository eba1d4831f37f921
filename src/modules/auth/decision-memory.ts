import type { Action } from '../../common/model/permission.js';
import type { Caller } from './caller.js';
import type { CompiledPermissions } from './compiled-permissions.js';
import type { Resource } from './resource.js';

/** Decisions of one set of permissions; a few hundred bytes each. */
const MAX_REMEMBERED = 20_000;

/**
 * Remembers what was decided, for lists of resources that are the same object again, and callers that are the same to
 * the permissions: those with the same of the roles, groups and namespaces that any permission names.
 */
export class DecisionMemory {
  private readonly callers: CallerKinds;
  private decisions = new WeakMap<readonly Resource[], Map<string, string | undefined>>();
  private remembered = 0;

  constructor(private readonly permissions: CompiledPermissions) {
    this.callers = new CallerKinds(permissions);
  }

  /** As `CompiledPermissions.refusal`. */
  refusal(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): string | undefined {
    const kind = this.callers.kindOf(caller);
    const key = `${actions.join()} ${kind.key}`;
    const known = this.decisions.get(resources);
    if (known?.has(key)) return known.get(key);
    const refusal = this.permissions.refusal(kind.caller, actions, resources);
    this.remember(resources, key, refusal);
    return refusal;
  }

  private remember(resources: readonly Resource[], key: string, refusal: string | undefined): void {
    if (this.remembered === MAX_REMEMBERED) {
      this.decisions = new WeakMap();
      this.remembered = 0;
    }
    const decisions = this.decisions.get(resources) ?? new Map<string, string | undefined>();
    this.decisions.set(resources, decisions.set(key, refusal));
    this.remembered++;
  }
}

/** What the permissions can tell of a caller. */
interface CallerKind {
  readonly key: string;
  readonly caller: Caller;
}

class CallerKinds {
  private readonly roles: ReadonlySet<string>;
  private readonly groups: ReadonlySet<string>;
  private readonly namespaces: ReadonlySet<string>;
  /** Goes with the callers, which are the same objects for as long as their tokens are remembered. */
  private readonly known = new WeakMap<Caller, CallerKind>();

  constructor({ permissions }: CompiledPermissions) {
    const policies = permissions.map(({ permission }) => permission.policy);
    this.roles = new Set(policies.flatMap((policy) => ('roles' in policy ? policy.roles : [])));
    this.groups = new Set(policies.flatMap((policy) => ('groups' in policy ? policy.groups : [])));
    this.namespaces = new Set(
      policies.flatMap((policy) => ('namespaces' in policy ? policy.namespaces : [])),
    );
  }

  kindOf(caller: Caller): CallerKind {
    const known = this.known.get(caller);
    if (known) return known;
    const subject = caller.subject === '' ? '' : 'somebody';
    const roles = named(this.roles, caller.roles);
    const groups = named(this.groups, caller.groups);
    const namespaces = named(this.namespaces, caller.namespaces);
    const intraServer = caller.intraServer === true;
    const kind = {
      key: JSON.stringify([intraServer, subject, roles, groups, namespaces]),
      caller: { subject, roles, groups, namespaces, ...(intraServer ? { intraServer } : {}) },
    };
    this.known.set(caller, kind);
    return kind;
  }
}

/** Those that any permission names, each once, in one order. */
function named(names: ReadonlySet<string>, given: readonly string[]): readonly string[] {
  return Array.from(new Set(given.filter((name) => names.has(name)))).toSorted();
}
