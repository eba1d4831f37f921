import type { AuthConfig } from '../../common/config/feature-store.js';
import type { AccessPolicy } from './access-policy.js';
import { OpenAccessPolicy } from './none/open-access-policy.js';
import { PermissionPolicy, type PolicyLog, type SnapshotSource } from './permission-policy.js';

/** Where callers are known, the permissions of the registry decide, whatever the kind of authentication. */
export function createAccessPolicy(
  { type }: AuthConfig,
  registry: SnapshotSource,
  log: PolicyLog,
): AccessPolicy {
  switch (type) {
    case 'no_auth':
      return new OpenAccessPolicy();
    case 'oidc':
    case 'kubernetes':
      return new PermissionPolicy(registry, log);
  }
}
