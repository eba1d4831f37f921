import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isMissing, replaceFile, syncDirectory } from '../../common/files/durable-files.js';
import { FileLock } from '../../common/locks/file-lock.js';
import { Deadline } from '../../common/model/deadline.js';
import { type DeadLetter, decodeDeadLetter, encodeDeadLetter } from './dead-letter.codec.js';
import { FILE_MODE } from './durable-files.js';

const FILE = 'dead-letters.jsonl';
const LOCK_FILE = 'dead-letters.lock';
/** It is held as long as it takes to write the file anew. */
const LOCK_LIMIT_MS = 30_000;

/** The file of dead letters, one per line. The server adds to it, commands take from it: under a lock. */
export class DeadLetters {
  private readonly path: string;

  /** The directory is that of the journal, and there. */
  constructor(private readonly directory: string) {
    this.path = join(directory, FILE);
  }

  /** Durable when it resolves. Errors: those of the file system; UnavailableError (the file is in use). */
  async add(letters: readonly DeadLetter[]): Promise<void> {
    await this.locked(async () => {
      const handle = await open(this.path, 'a+', FILE_MODE);
      try {
        // What a crash left unfinished ends there.
        if (!(await endsWithLine(handle))) await handle.writeFile('\n');
        await handle.writeFile(letters.map(encodeDeadLetter).join(''));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await syncDirectory(this.directory);
    });
  }

  /** Each once, in the order of refusal; also while they are added to. Errors: those of the file system. */
  async *read(): AsyncGenerator<DeadLetter> {
    const seen = new Set<string>();
    for await (const line of this.lines()) {
      const letter = decodeDeadLetter(line);
      if (letter === undefined || seen.has(letter.id)) continue;
      seen.add(letter.id);
      yield letter;
    }
  }

  async ids(): Promise<readonly string[]> {
    const ids: string[] = [];
    for await (const { id } of this.read()) ids.push(id);
    return ids;
  }

  /** Takes letters out for good. Errors: those of the file system; UnavailableError (the file is in use). */
  async remove(ids: ReadonlySet<string>): Promise<void> {
    await this.locked(() => this.rewriteWithout(ids));
  }

  /** Nobody else adds or takes letters while `work` runs. Errors: UnavailableError (the file is in use). */
  async locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = await FileLock.acquire(join(this.directory, LOCK_FILE), Deadline.after(LOCK_LIMIT_MS));
    try {
      return await work();
    } finally {
      lock.release();
    }
  }

  /** What is no letter of this version stays as it is. Only under the lock. */
  async rewriteWithout(ids: ReadonlySet<string>): Promise<void> {
    await replaceFile(this.path, {
      temporary: `${this.path}.tmp`,
      mode: FILE_MODE,
      fill: (file) => this.writeWithout(ids, file),
    });
  }

  private async writeWithout(ids: ReadonlySet<string>, file: FileHandle): Promise<void> {
    for await (const line of this.lines()) {
      const letter = decodeDeadLetter(line);
      if (letter === undefined || !ids.has(letter.id)) await file.writeFile(`${line}\n`);
    }
  }

  private async *lines(): AsyncGenerator<string> {
    const stream = createReadStream(this.path, 'utf8');
    try {
      yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    } catch (error) {
      if (!isMissing(error)) throw error;
    } finally {
      stream.destroy();
    }
  }
}

async function endsWithLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === 0x0a;
}
