import { checkRegistry, RegistryValidator } from '../../src/modules/registry/registry-validator.js';
import type { RegistrySummary } from '../../src/modules/registry/registry-summary.js';

/** Checks where it is called. */
export class InProcessRegistryValidator extends RegistryValidator {
  override async validate(bytes: Uint8Array, project: string): Promise<RegistrySummary> {
    return checkRegistry(bytes, project);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}
