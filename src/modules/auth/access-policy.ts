import type { Action } from '../../common/model/permission.js';
import type { Caller } from './caller.js';

/** Something of the registry that permissions are about. */
export interface Resource {
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** Decides what a caller may do. One implementation per kind of authentication. */
export abstract class AccessPolicy {
  /** Errors: PermissionDeniedError naming the first resource on which `action` is refused. */
  abstract assertAllowed(caller: Caller, action: Action, resources: readonly Resource[]): void;
}
