import { ConflictError, UnavailableError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { RegistryDocument } from './registry-document.js';
import type { RegistrySource } from './registry-source.js';

export interface ChangedRegistry {
  readonly etag: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the registry, changes it and writes it back; from the start again when somebody else was faster, so that
 * no change of two writers is lost.
 *
 * Shape:  `change` works on the message in place. It may be called more than once, each time with what is stored.
 * Errors: those of `change`; CorruptDataError; UnavailableError (also when others kept being faster until `deadline`).
 */
export async function changeRegistry(
  source: RegistrySource,
  change: (registry: Registry) => void,
  deadline: Deadline,
): Promise<ChangedRegistry> {
  while (!deadline.expired) {
    // One after the other by nature: each round depends on what the one before met.
    const changed = await tryChange(source, change, deadline);
    if (changed !== undefined) return changed;
  }
  throw new UnavailableError(
    `The registry ${source.location} was changed by others again and again: nothing was written`,
  );
}

async function tryChange(
  source: RegistrySource,
  change: (registry: Registry) => void,
  deadline: Deadline,
): Promise<ChangedRegistry | undefined> {
  const stored = await source.read(undefined, deadline);
  const found = stored.kind === 'found' ? stored : undefined;
  const document = found === undefined ? RegistryDocument.empty() : RegistryDocument.decode(found.bytes);
  change(document.registry);
  const bytes = document.encode(Date.now());
  try {
    return { etag: await source.write(bytes, found?.etag ?? null, deadline), bytes };
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}
