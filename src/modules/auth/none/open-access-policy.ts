import { AccessPolicy } from '../access-policy.js';

/** `auth: no_auth`: permissions in the registry have no effect, as in Feast. */
export class OpenAccessPolicy extends AccessPolicy {
  override assertAllowed(): void {
    // Everybody may do everything.
  }
}
