import type { Deadline } from '../../common/model/deadline.js';

/** Asks for the registry as it is now, for requests that do not want the one that was read before. */
export abstract class RegistryRefresh {
  /** Resolves when this process serves what the registry holds now. Errors: UnavailableError. */
  abstract refresh(deadline: Deadline): Promise<void>;
}

/** Of a process that reads no registry, nor hears from one that does: what it has is all there is. */
export class NoRegistryRefresh extends RegistryRefresh {
  override refresh(): Promise<void> {
    return Promise.resolve();
  }
}
