import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UnavailableError } from '../../common/errors/errors.js';

/** Other processes write to the same directory: their files are looked at this often. */
const LOOK_INTERVAL_MS = 200;

/** Keeps the files of the journal, of all processes together, within a size: about, as they do not wait for each other. */
export class JournalRoom {
  private knownBytes = 0;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly directory: string,
    private readonly maxBytes: number,
  ) {}

  /** Errors: UnavailableError (full). */
  async take(bytes: number): Promise<void> {
    if (performance.now() - this.lookedAtMs >= LOOK_INTERVAL_MS) {
      this.knownBytes = await directoryBytes(this.directory);
      this.lookedAtMs = performance.now();
    }
    if (this.knownBytes + bytes > this.maxBytes) {
      throw new UnavailableError(
        `The journal of offline pushes is full (journal.max_bytes: ${this.maxBytes}): the offline store takes rows ` +
          'more slowly than they are pushed, or not at all. salver journal status says more',
      );
    }
    this.knownBytes += bytes;
  }
}

/** Bytes of all files. Shape: 0 for a directory that is not there. */
export async function directoryBytes(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
