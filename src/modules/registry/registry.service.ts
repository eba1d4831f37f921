import { Injectable } from '@nestjs/common';
import { UnavailableError } from '../../common/errors/errors.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** Holds the current snapshot. A refresh is one assignment: requests under way keep the one they began with. */
@Injectable()
export class RegistryService {
  private current: RegistrySnapshot | undefined;

  /** Errors: UnavailableError while no registry was loaded. */
  snapshot(): RegistrySnapshot {
    if (this.current) return this.current;
    throw new UnavailableError('The registry is not loaded yet: it is missing or could not be read');
  }

  get loaded(): boolean {
    return this.current !== undefined;
  }

  replace(snapshot: RegistrySnapshot): void {
    this.current = snapshot;
  }
}
