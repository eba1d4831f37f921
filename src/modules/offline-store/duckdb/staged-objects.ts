import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidRequestError, UnavailableError } from '../../../common/errors/errors.js';
import { type ByteRange, columnRanges } from '../column-ranges.js';
import type { ObjectStore, StoredObject } from '../object-store.js';
import { shapeProblem, type SourceFile } from '../files/source-files.js';

/** Most footers are smaller. */
const FOOTER_BYTES = 64 * 1024;
const MOST_FOOTER_BYTES = 256 * 1024 * 1024;
/** Length of the footer, and magic. */
const TAIL_BYTES = 8;
const MAGIC_BYTES = 4;
const PIECE_BYTES = 8 * 1024 * 1024;
const REQUESTS_IN_FLIGHT = 4;

export interface StagingOptions {
  /** Where the copies are made. */
  readonly directory: string;
  /** What all copies of one source may take. */
  readonly limitBytes: number;
}

/**
 * Copies of parquet objects that hold only what is needed of them: first their ends, which tell the columns, then the
 * values of some columns. What is not copied is a hole, so every byte stands where it stands in the object.
 */
export class StagedObjects {
  readonly files: readonly SourceFile[];
  private stagedBytes = 0;

  /** `uri`: as it was registered, for messages. */
  constructor(
    private readonly store: ObjectStore,
    private readonly uri: string,
    private readonly objects: readonly StoredObject[],
    private readonly options: StagingOptions,
  ) {
    this.files = objects.map(({ key, etag }, index) => ({
      name: key,
      path: join(options.directory, `${index}.parquet`),
      state: etag,
    }));
  }

  /** Errors: InvalidRequestError for what is no parquet file; UnavailableError (changed meanwhile, disk full). */
  async stageEnds(signal: AbortSignal): Promise<void> {
    await inParallel(this.objects.keys(), async (index) => this.writing(index, 'wx+', signal, stageEnd));
  }

  /** Copies the values of these columns. Errors: UnavailableError (changed meanwhile, disk full). */
  async stageColumns(columns: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    for (const index of this.objects.keys()) {
      await this.writing(index, 'r+', signal, async ({ file, object, copy }) => {
        const footer = await footerOf(file, object.sizeBytes);
        await inParallel(piecesOf(columnRanges(footer, columns), object.sizeBytes), copy);
      });
    }
  }

  private async writing(
    index: number,
    flags: 'wx+' | 'r+',
    signal: AbortSignal,
    work: (staging: Staging) => Promise<void>,
  ): Promise<void> {
    const object = this.objects[index]!;
    try {
      const file = await open(this.files[index]!.path, flags, 0o600);
      await using _closing = file;
      const copy = async ({ start, end }: ByteRange): Promise<Uint8Array> => {
        this.count(end - start);
        const bytes = await this.store.read(object, start, end, signal);
        await file.write(bytes, 0, bytes.length, start);
        return bytes;
      };
      await work({
        file,
        object,
        copy,
        label: this.objects.length === 1 ? this.uri : `${this.uri}: ${object.key}`,
      });
    } catch (error) {
      throw storageFailure(error, this.uri);
    }
  }

  private count(bytes: number): void {
    this.stagedBytes += bytes;
    if (this.stagedBytes <= this.options.limitBytes) return;
    throw new UnavailableError(
      `${this.uri}: more than ${this.options.limitBytes} bytes of it would have to be copied to this machine, which ` +
        's3.staging_bytes in salver.yaml does not allow',
    );
  }
}

interface Staging {
  readonly file: FileHandle;
  readonly object: StoredObject;
  readonly copy: (range: ByteRange) => Promise<Uint8Array>;
  readonly label: string;
}

async function stageEnd({ file, object, copy, label }: Staging): Promise<void> {
  const { sizeBytes } = object;
  await file.truncate(sizeBytes);
  if (sizeBytes > 0) {
    const start = Math.max(0, sizeBytes - FOOTER_BYTES);
    if (start > 0) await copy({ start: 0, end: MAGIC_BYTES });
    await copy({ start, end: sizeBytes });
  }
  const problem = shapeProblem(file.fd, sizeBytes);
  if (problem !== undefined) throw new InvalidRequestError(`${label}: ${problem}`);
  const footerStart = await footerStartOf(file, sizeBytes, label);
  const known = sizeBytes - FOOTER_BYTES;
  if (footerStart < known) await inParallel(piecesOf([{ start: footerStart, end: known }], sizeBytes), copy);
}

async function footerStartOf(file: FileHandle, sizeBytes: number, label: string): Promise<number> {
  const tail = Buffer.alloc(TAIL_BYTES);
  await file.read(tail, 0, TAIL_BYTES, sizeBytes - TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  if (length <= Math.min(MOST_FOOTER_BYTES, sizeBytes - TAIL_BYTES - MAGIC_BYTES)) {
    return sizeBytes - TAIL_BYTES - length;
  }
  throw new InvalidRequestError(`${label}: the parquet file is damaged: its footer has an impossible length`);
}

async function footerOf(file: FileHandle, sizeBytes: number): Promise<Uint8Array> {
  const start = await footerStartOf(file, sizeBytes, '');
  const footer = Buffer.alloc(sizeBytes - start);
  await file.read(footer, 0, footer.length, start);
  return footer;
}

function* piecesOf(ranges: readonly ByteRange[], sizeBytes: number): Generator<ByteRange, void> {
  for (const { start, end } of ranges) {
    const last = Math.min(end, sizeBytes);
    for (let from = start; from < last; from += PIECE_BYTES) {
      yield { start: from, end: Math.min(from + PIECE_BYTES, last) };
    }
  }
}

/** After the first failure nothing new is begun. */
async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const workers = Array.from({ length: REQUESTS_IN_FLIGHT }, async () => {
    for (let next = iterator.next(); !failed && next.done !== true; next = iterator.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  });
  const outcomes = await Promise.allSettled(workers);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function storageFailure(error: unknown, uri: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new UnavailableError(
    `${uri}: the disk is full: what is read of S3 is kept in the directory for temporary files (TMPDIR) meanwhile`,
    { cause: error },
  );
}
