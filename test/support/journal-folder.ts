import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from '../../src/common/model/data-source.js';
import type { JsonValue } from '../../src/common/model/json-value.js';
import { Deadline } from '../../src/common/model/deadline.js';
import type { JournalObserver } from '../../src/modules/journal/journal-observer.js';
import type { JournalOptions } from '../../src/modules/journal/journal-options.js';
import { JournalTailer } from '../../src/modules/journal/journal-tailer.js';
import type { RecordedAppend } from '../../src/modules/journal/push-record.codec.js';
import type { TailerTiming } from '../../src/modules/journal/tailer-parts.js';
import { JsonLinesSink, readSunk, type SunkEntry } from './json-lines-sink.js';
import { fileSource as sourceOfFile } from './offline-sources.js';

export const PATIENCE_MS = 20_000;

export const FAST: Partial<TailerTiming> = { pollMs: 10, firstRetryMs: 5, maxRetryMs: 40, lockWaitMs: 0 };

/** Remembers what it hears. */
export class HeardObserver implements JournalObserver {
  readonly warnings: string[] = [];
  readonly failures: string[] = [];
  readonly letters: string[] = [];
  entries = 0;

  stored(_source: string, entries: number): void {
    this.entries += entries;
  }

  flushFailed(source: string, error: Error): void {
    this.failures.push(`${source}: ${error.message}`);
  }

  deadLettered(source: string, entries: number, reason: string): void {
    this.letters.push(`${source}: ${entries} ${reason}`);
  }

  warned(message: string): void {
    this.warnings.push(message);
  }
}

/** A journal in a directory of its own, and an offline store beside it. */
export class JournalFolder {
  readonly path: string;
  readonly observer = new HeardObserver();
  private opened: JsonLinesSink | undefined;

  constructor(path = mkdtempSync(join(tmpdir(), 'salver-journal-'))) {
    this.path = path;
    closeSync(openSync(this.sunkPath, 'a'));
  }

  /** Opened when it is first used: opening cuts off what a killed process left, which may only happen while no other writes. */
  get sink(): JsonLinesSink {
    return (this.opened ??= new JsonLinesSink(this.sunkPath));
  }

  get directory(): string {
    return join(this.path, 'journal');
  }

  get sunkPath(): string {
    return join(this.path, 'sunk.jsonl');
  }

  options(more: Partial<JournalOptions> = {}): JournalOptions {
    return {
      directory: this.directory,
      identity: { project: 'p', repository: '..' },
      maxBytes: 1_073_741_824,
      segmentBytes: 67_108_864,
      ...more,
    };
  }

  /** Everything at once, unless it is told otherwise. */
  tailer(
    more: { batchSize?: number; interval?: number; timing?: Partial<TailerTiming> } = {},
  ): Promise<JournalTailer> {
    return JournalTailer.start({
      journal: this.options(),
      batching: { batchSize: more.batchSize ?? 0, batchIntervalSeconds: more.interval ?? 0 },
      sink: this.sink,
      observer: this.observer,
      timing: { ...FAST, ...more.timing },
    });
  }

  /** Brings all that waits into the store. */
  async replay(): Promise<void> {
    const tailer = await this.tailer();
    await tailer.stop(PATIENCE_MS);
  }

  sunk(): SunkEntry[] {
    return readSunk(this.sunkPath);
  }

  /** The numbers of `rowsOf` that are in the store, in their order there. */
  sunkNumbers(): number[] {
    return this.sunk().map(({ columns }) => (JSON.parse(columns) as { n: number[] }).n[0] as number);
  }

  files(suffix: string): string[] {
    return readdirSync(this.directory).filter((name) => name.endsWith(suffix));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function patience(): Deadline {
  return Deadline.after(PATIENCE_MS);
}

export function fileSource(name: string, more: Partial<DataSource> = {}): DataSource {
  const given = { name, timestampField: 'ts', fileFormat: 'parquet', ...more } as const;
  return sourceOfFile(`data/${name}.parquet`, given);
}

/** One row with a number, and more columns. */
export function rowOf(
  number: number,
  source = fileSource('trips'),
  more: Readonly<Record<string, JsonValue>> = {},
): RecordedAppend {
  const cells = Object.entries({ n: number, ...more });
  return { source, rows: { columns: new Map(cells.map(([name, value]) => [name, [value]])), rows: 1 } };
}
