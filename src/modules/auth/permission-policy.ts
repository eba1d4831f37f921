import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { RegistryService } from '../registry/registry.service.js';
import { AccessPolicy } from './access-policy.js';
import type { Caller } from './caller.js';

/** Stands here until the policy by the permissions of the registry is merged: lets in where there are none, else nobody. */
export class PermissionPolicy extends AccessPolicy {
  constructor(private readonly registry: RegistryService) {
    super();
  }

  override assertAllowed(caller: Caller): void {
    if (caller.intraServer || (caller.subject !== '' && this.registry.snapshot().permissions.size === 0)) return;
    throw new PermissionDeniedError('Permission error:\nPermissions are not decided yet');
  }
}
