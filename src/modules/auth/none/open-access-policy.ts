import type { Action } from '../../../common/model/permission.js';
import { AccessPolicy } from '../access-policy.js';
import type { Caller } from '../caller.js';
import type { Resource } from '../resource.js';

/** `auth: no_auth`: permissions in the registry have no effect, as in Feast. */
export class OpenAccessPolicy extends AccessPolicy {
  override assertAllowed(): void {
    // Everybody may do everything.
  }

  override allows(): boolean {
    return true;
  }

  override permitted(
    _caller: Caller,
    _actions: readonly Action[],
    resources: readonly Resource[],
  ): readonly Resource[] {
    return resources;
  }
}
