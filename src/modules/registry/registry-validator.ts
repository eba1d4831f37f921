import { decodeRegistry } from './registry.codec.js';
import type { RegistrySummary } from './registry-summary.js';
import { inspectRegistry } from './registry-summary.js';

/** Says whether bytes are a registry that a worker can serve from, before any worker gets them. */
export abstract class RegistryValidator {
  /**
   * Shape:  what the registry holds, once all of it was decoded as a worker would.
   * Errors: CorruptDataError; UnavailableError (the check itself could not be finished).
   */
  abstract validate(bytes: Uint8Array, project: string): Promise<RegistrySummary>;

  /** Ends checks under way, which then fail. */
  abstract close(): Promise<void>;
}

/** Decodes everything that a worker would decode. Errors: CorruptDataError. */
export function checkRegistry(bytes: Uint8Array, project: string): RegistrySummary {
  const summary = inspectRegistry(bytes);
  decodeRegistry(bytes, project);
  return summary;
}
