import type { Action } from '../../common/model/permission.js';
import type { Caller } from './caller.js';
import type { Resource } from './resource.js';

/** Decides what a caller may do. One implementation per kind of authentication. */
export abstract class AccessPolicy {
  /**
   * All actions must be allowed on every resource. A list that is the same object again is decided once per kind of
   * caller, so a list that is used again should be kept.
   *
   * Errors: PermissionDeniedError naming the first resource that is refused; UnavailableError without a registry.
   */
  abstract assertAllowed(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): void;

  /** The same as an answer. Errors: UnavailableError without a registry. */
  abstract allows(caller: Caller, actions: readonly Action[], resources: readonly Resource[]): boolean;

  /**
   * For lists of definitions: what is left of them, as in Feast.
   *
   * Errors: PermissionDeniedError where no permission for resources of that type goes by names; UnavailableError.
   */
  abstract permitted(
    caller: Caller,
    actions: readonly Action[],
    resources: readonly Resource[],
  ): readonly Resource[];
}
