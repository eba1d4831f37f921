import { PermissionDeniedError, UnavailableError } from '../../common/errors/errors.js';
import type { Action, Permission } from '../../common/model/permission.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { AccessPolicy } from './access-policy.js';
import type { Caller } from './caller.js';
import { CompiledPermissions } from './compiled-permissions.js';
import { DecisionMemory } from './decision-memory.js';
import type { Resource } from './resource.js';

/** The registry of the moment. Only the permissions of the server's own project are in it. */
export interface SnapshotSource {
  /** Errors: UnavailableError. */
  snapshot(): RegistrySnapshot;
}

export interface PolicyLog {
  warn(message: string): void;
  error(message: string): void;
}

/** The permissions of one registry snapshot. */
interface Compiled {
  readonly snapshot: RegistrySnapshot;
  readonly permissions: CompiledPermissions;
  readonly memory: DecisionMemory;
}

const UNDECIDED = 'Permission error:\nThe permissions could not be checked. Access denied.';

/**
 * The permissions that were applied to the registry. A change bites when the registry is read again. Closed: when a
 * decision fails, the answer is no.
 */
export class PermissionPolicy extends AccessPolicy {
  private compiled: Compiled | undefined;

  constructor(
    private readonly registry: SnapshotSource,
    private readonly log: PolicyLog,
  ) {
    super();
  }

  override assertAllowed(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): void {
    const refusal = this.refusal(caller, actions, resources);
    if (refusal !== undefined) throw new PermissionDeniedError(refusal);
  }

  override allows(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): boolean {
    return this.refusal(caller, actions, resources) === undefined;
  }

  override permitted(
    caller: Caller,
    actions: readonly Action[],
    resources: readonly Resource[],
  ): readonly Resource[] {
    const decide = (): readonly Resource[] =>
      this.current().permissions.permitted(caller, actions, resources);
    return this.closed(decide, (refusal) => {
      throw new PermissionDeniedError(refusal);
    });
  }

  private refusal(
    caller: Caller,
    actions: readonly Action[],
    resources: readonly Resource[],
  ): string | undefined {
    const decide = (): string | undefined => this.current().memory.refusal(caller, actions, resources);
    return this.closed(decide, (refusal) => refusal);
  }

  private closed<T>(decide: () => T, refuse: (refusal: string) => T): T {
    try {
      return decide();
    } catch (error) {
      if (error instanceof PermissionDeniedError || error instanceof UnavailableError) throw error;
      this.log.error(
        `permissions could not be checked: ${error instanceof Error ? error.stack : String(error)}`,
      );
      return refuse(UNDECIDED);
    }
  }

  private current(): Compiled {
    const snapshot = this.registry.snapshot();
    if (this.compiled?.snapshot === snapshot) return this.compiled;
    const before = this.compiled;
    if (before && areSame(before.snapshot.permissions, snapshot.permissions)) {
      // Lists of resources are made of one snapshot, so what is remembered for them holds.
      this.compiled = { ...before, snapshot };
    } else {
      const permissions = new CompiledPermissions(snapshot.permissions.values());
      this.compiled = { snapshot, permissions, memory: new DecisionMemory(permissions) };
      this.tell(permissions);
    }
    return this.compiled;
  }

  private tell({ permissions, problems }: CompiledPermissions): void {
    if (permissions.length === 0) {
      this.log.warn('the registry has no permissions: every caller with a valid token may do everything');
    }
    for (const { permission, pattern, reason } of problems) {
      this.log.warn(
        `permission ${permission}: no name fits the pattern ${JSON.stringify(pattern)}, which cannot be used: ${reason}`,
      );
    }
  }
}

/** Unchanged definitions are the same objects in the next snapshot. */
function areSame(a: ReadonlyMap<string, Permission>, b: ReadonlyMap<string, Permission>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([name, permission]) => b.get(name) === permission);
}
