import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { availableCores } from '../../../common/config/available-cores.js';
import { UnavailableError } from '../../../common/errors/errors.js';

/** What does not fit into memory is kept on disk meanwhile; but each thread holds parts of every column that it reads. */
export interface DuckdbRoom {
  readonly memoryLimitBytes: number;
  /** As many as there are cores, unless it says less. */
  readonly threads?: number;
}

export interface DuckdbOptions {
  /** What DuckDB may hold in memory, and how many threads it has: the next ones when the first ones do not do. */
  readonly rooms?: readonly DuckdbRoom[];
  /** Where the directory for what does not fit into memory is made (that of the system). */
  readonly scratchDir?: string;
}

const MIB = 1024 * 1024;
/** Few files need more than the first: with it, a process stays below 512 MB. The others are for hundreds of columns. */
const DEFAULT_ROOMS: readonly DuckdbRoom[] = [
  { memoryLimitBytes: 256 * MIB },
  { memoryLimitBytes: 512 * MIB, threads: 1 },
  { memoryLimitBytes: 1024 * MIB, threads: 1 },
];
const INTERRUPT_INTERVAL_MS = 20;

/** One DuckDB in memory, opened when it is first needed: no network, no extensions from outside, bounded memory. */
export class DuckdbSession {
  /** At least one. */
  readonly rooms: readonly DuckdbRoom[];
  private opening: Promise<OpenDuckdb> | undefined;

  constructor(private readonly options: DuckdbOptions) {
    this.rooms = options.rooms ?? DEFAULT_ROOMS;
  }

  /** The caller closes it. The room is that of all connections. */
  async connect({ memoryLimitBytes, threads }: DuckdbRoom = this.rooms[0]!): Promise<DuckDBConnection> {
    this.opening ??= openDuckdb(this.options);
    const { instance } = await this.opening;
    const connection = await instance.connect();
    await connection.run(`SET memory_limit = '${memoryLimitBytes}B'`);
    await connection.run(`SET threads = ${threads ?? availableCores()}`);
    // Days and naive times are read as UTC, wherever the process runs.
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  }

  async close(): Promise<void> {
    const opened = await this.opening?.catch(() => undefined);
    if (opened === undefined) return;
    opened.instance.closeSync();
    process.removeListener('exit', opened.onExit);
    await rm(opened.scratchDir, { recursive: true, force: true });
  }
}

interface OpenDuckdb {
  readonly instance: DuckDBInstance;
  readonly scratchDir: string;
  /** A process that ends before it closes its store leaves nothing behind either, unless it is killed. */
  readonly onExit: () => void;
}

async function openDuckdb(options: DuckdbOptions): Promise<OpenDuckdb> {
  const scratchDir = await makeScratchDir(options.scratchDir ?? tmpdir());
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      temp_directory: scratchDir,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      // Rows are told apart by their place in the file, so their order need not be kept.
      preserve_insertion_order: 'false',
      enable_external_file_cache: 'false',
    });
    const onExit = (): void => rmSync(scratchDir, { recursive: true, force: true });
    process.once('exit', onExit);
    return { instance, scratchDir, onExit };
  } catch (error) {
    await rm(scratchDir, { recursive: true, force: true });
    throw error;
  }
}

async function makeScratchDir(directory: string): Promise<string> {
  try {
    return await mkdtemp(join(directory, 'salver-duckdb-'));
  } catch (cause) {
    throw new UnavailableError(
      `no directory for temporary files can be made in ${directory}, which TMPDIR names: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/**
 * Runs `work` on the connection, and stops it when the signal aborts.
 *
 * Errors: the reason of the signal; else what `work` throws.
 */
export async function interruptible<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  // A query that has not begun yet forgets an interruption: so it is told again.
  const interrupt = (): void => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), INTERRUPT_INTERVAL_MS);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  }
}
