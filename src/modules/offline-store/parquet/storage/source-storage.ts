import type { DataSource } from '../../../../common/model/data-source.js';
import type { HivePartition } from '../../files/hive-partitions.js';

/** Where the rows of a source go. */
export type AppendTarget = FileTarget | FolderTarget;

/** One file that grows. */
export interface FileTarget {
  readonly kind: 'file';
  /** As it was registered, for messages. */
  readonly label: string;
  readonly path: string;
}

/** Files that are added to a directory, or to those that a pattern names. */
export interface FolderTarget {
  readonly kind: 'folder';
  readonly label: string;
  /** From here on `name=value` in a path is a partition. */
  readonly base: string;
  /** The file whose schema new ones have. */
  readonly sample: string;
  /** Columns that the folders name, outermost first. */
  readonly partitions: readonly Pick<HivePartition, 'name' | 'isInteger'>[];
  /** Folders of partitions that exist, below `base`. */
  readonly folders: readonly string[];
  /** A name that readers of the source find. */
  readonly fileName: (stem: string) => string;
}

/** A file as it was when it was opened. */
export interface OpenedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Changes when the file does. */
  readonly version: string;
  /** Errors: UnavailableError when the file is shorter by now. */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Where the files of sources are. What it changes is changed whole or not at all, and is on disk when it resolves.
 *
 * Errors: of all methods: InvalidRequestError and NotSupportedError (the source as it is registered), UnavailableError
 *         (full, read-only, not reachable: nothing was changed).
 */
export abstract class SourceStorage {
  abstract target(source: DataSource): Promise<AppendTarget>;

  /** Whether files can be added or replaced there. Resolves when they can. */
  abstract requireWritable(target: AppendTarget): Promise<void>;

  abstract open(path: string): Promise<OpenedFile>;

  /** Names of the files in a folder; none when there is no such folder. */
  abstract names(folder: string): Promise<readonly string[]>;

  /**
   * Replaces a file by its first `keptBytes` and `tail`, for readers at one instant. False when it is not the opened one
   * any more: nothing was changed.
   */
  abstract replaceEnd(file: OpenedFile, keptBytes: number, tail: Buffer): Promise<boolean>;

  /** A new file; folders on the way are made. */
  abstract create(path: string, content: Buffer): Promise<void>;

  /** One at a time for `path`, among all processes that write there. */
  abstract exclusively<T>(path: string, work: () => Promise<T>): Promise<T>;
}
