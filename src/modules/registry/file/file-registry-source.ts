import { hash } from 'node:crypto';
import { ConflictError, FeatureServerError, UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { RegistryRead, RegistrySourceCapabilities } from '../registry-source.js';
import { RegistrySource } from '../registry-source.js';
import { FileLock } from '../../../common/locks/file-lock.js';
import { replaceRegistryFile, resolveTarget } from './replace-file.js';
import type { StableFile } from './stable-file.js';
import { probeFile, readStableFile, sameFile, statOrMissing } from './stable-file.js';

/** So that an operation which sees the deadline itself can say more than that it passed. */
const DEADLINE_SLACK_MS = 100;

/**
 * A registry in a local file. The etag is a hash of the content: two writes within one tick of the clock, or a file
 * that was copied over with its times kept, are told apart, and a touched file is no change.
 */
export class FileRegistrySource extends RegistrySource {
  readonly capabilities: RegistrySourceCapabilities = { cheapProbe: true };
  /** The file operation under way. On a disk that hangs, one waits, and not one more every second. */
  #tail: Promise<unknown> = Promise.resolve();

  /** `location` is an absolute path; neither the file nor its directory need exist. */
  constructor(readonly location: string) {
    super();
  }

  read(knownEtag: string | undefined, deadline: Deadline): Promise<RegistryRead> {
    return this.#inTurn(deadline, async () => {
      const file = await readStableFile(this.location, deadline);
      if (file === undefined) return { kind: 'missing' };
      const etag = etagOf(file.bytes);
      return etag === knownEtag ? { kind: 'unchanged' } : { kind: 'found', etag, bytes: file.bytes };
    });
  }

  probe(deadline: Deadline): Promise<string> {
    return this.#inTurn(deadline, () => probeFile(this.location));
  }

  write(bytes: Uint8Array, expectedEtag: string | null, deadline: Deadline): Promise<string> {
    return this.#translate(deadline, this.#writeLocked(bytes, expectedEtag, deadline));
  }

  /** Nothing is kept open between operations. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #writeLocked(bytes: Uint8Array, expectedEtag: string | null, deadline: Deadline): Promise<string> {
    const target = await resolveTarget(this.location);
    const lock = await FileLock.acquire(`${target}.lock`, deadline);
    try {
      const stored = await readStableFile(target, deadline);
      this.#requireEtag(stored, expectedEtag);
      // Feast takes no lock, so the file is looked at once more at the last moment.
      const replaced = await replaceRegistryFile(target, bytes, stored?.stats, async () => {
        this.#requireTime(deadline);
        return isStill(stored, target);
      });
      if (!replaced) throw this.#conflict();
      return etagOf(bytes);
    } finally {
      lock.release();
    }
  }

  #requireEtag(stored: StableFile | undefined, expectedEtag: string | null): void {
    const etag = stored === undefined ? null : etagOf(stored.bytes);
    if (etag !== expectedEtag) throw this.#conflict();
  }

  #requireTime(deadline: Deadline): void {
    if (deadline.expired)
      throw new UnavailableError(`The registry ${this.location} could not be written in time`);
  }

  #conflict(): ConflictError {
    return new ConflictError(`The registry ${this.location} was changed by somebody else in the meantime`);
  }

  #inTurn<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => {
      if (deadline.expired) throw this.#tooSlow();
      return work();
    });
    this.#tail = result.catch(() => undefined);
    return this.#translate(deadline, result);
  }

  /** The result, or an error that says what is wrong with the file, no later than at the deadline. */
  async #translate<T>(deadline: Deadline, result: Promise<T>): Promise<T> {
    try {
      return await Deadline.after(deadline.remainingMs() + DEADLINE_SLACK_MS).limit(result, () =>
        this.#tooSlow(),
      );
    } catch (error) {
      if (error instanceof FeatureServerError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UnavailableError(`The registry ${this.location} cannot be used: ${reason}`, { cause: error });
    }
  }

  #tooSlow(): UnavailableError {
    return new UnavailableError(`The registry ${this.location} did not answer in time`);
  }
}

function etagOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

async function isStill(stored: StableFile | undefined, target: string): Promise<boolean> {
  const now = await statOrMissing(target);
  return stored === undefined ? now === undefined : now !== undefined && sameFile(stored.stats, now);
}
