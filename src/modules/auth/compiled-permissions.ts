import { PermissionDeniedError } from '../../common/errors/errors.js';
import { type Action, type Permission } from '../../common/model/permission.js';
import type { Caller } from './caller.js';
import { CompiledPermission, type PatternProblem } from './compiled-permission.js';
import { classNameOf, type Resource } from './resource.js';

/** The permissions of a project, ready to be asked. Pure: knows no registry, no time and no log. */
export class CompiledPermissions {
  readonly permissions: readonly CompiledPermission[];
  readonly problems: readonly PatternProblem[];

  constructor(permissions: Iterable<Permission>) {
    this.permissions = Array.from(permissions, (permission) => new CompiledPermission(permission));
    this.problems = this.permissions.flatMap(({ problems }) => problems);
  }

  /**
   * Why the caller may not do all of the actions on all of the resources, undefined when it may.
   *
   * One permission that lets the caller pass is enough, but it must have all of the actions. What no permission
   * speaks of is refused. Without any permission, everybody passes who has a name.
   */
  refusal(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): string | undefined {
    if (caller.intraServer === true) return undefined;
    if (actions.length === 0) return refused('No action is named. Access denied.');
    if (this.permissions.length === 0) return refusalWithoutPermissions(caller);
    for (const resource of resources) {
      const matching = this.matching(actions, resource);
      if (matching.length === 0) return noPermission(actions, resource);
      const refusal = unanimousRefusal(matching, caller, actions, resource);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /**
   * The resources on which the caller may do all of the actions.
   *
   * Errors: PermissionDeniedError when one is refused and the permissions that say so do not go by names: Feast leaves
   *         out what was picked by name alone.
   */
  permitted(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): readonly Resource[] {
    return resources.filter((resource) => {
      const refusal = this.refusal(caller, actions, [resource]);
      if (refusal === undefined) return true;
      if (!this.mayBeLeftOut(actions, resource)) throw new PermissionDeniedError(refusal);
      return false;
    });
  }

  private mayBeLeftOut(actions: readonly Action[], resource: Resource): boolean {
    const deciding = this.matching(actions, resource).at(-1);
    if (deciding) return deciding.goesByNames;
    return this.permissions.some((permission) => permission.goesByNames && permission.hasType(resource.type));
  }

  /** Those that vote. Required tags do not keep a permission from that, see `CompiledPermission.refusal`. */
  private matching(actions: readonly Action[], { type, name }: Resource): readonly CompiledPermission[] {
    return this.permissions.filter(
      (permission) => permission.hasType(type) && permission.hasActions(actions) && permission.hasName(name),
    );
  }
}

function refusalWithoutPermissions({ subject }: Caller): string | undefined {
  if (subject !== '') return undefined;
  return refused('No permissions defined and no authenticated user context. Access denied.');
}

function noPermission(actions: readonly Action[], { name, pythonClass }: Resource): string {
  const list = actions.map((action) => `<AuthzedAction.${action}: '${action.toLowerCase()}'>`).join(', ');
  return refused(`No permissions defined to manage [${list}] on <class '${pythonClass}'>/${name}.`);
}

// oxlint-disable-next-line max-params -- who, what, on what, and by which permissions
function unanimousRefusal(
  matching: readonly CompiledPermission[],
  caller: Caller,
  actions: readonly Action[],
  resource: Resource,
): string | undefined {
  const list = actions.map((action) => `'${action}'`).join(', ');
  const refusals: string[] = [];
  for (const permission of matching) {
    const refusal = permission.refusal(caller, resource);
    if (refusal === undefined) return undefined;
    refusals.push(
      `Permission ${permission.permission.name} denied execution of [${list}] to ${classNameOf(resource)}:${resource.name}: ${refusal}`,
    );
  }
  return refused(refusals.join(','));
}

function refused(message: string): string {
  return `Permission error:\n${message}`;
}
