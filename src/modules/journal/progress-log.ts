import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isMissing } from '../../common/files/durable-files.js';
import { appendDurably, replaceDurably } from './durable-files.js';
import { type NumberRange, NumberRanges } from './number-ranges.js';

const FILE = 'progress.log';
/** Then it is written anew, without what is not needed any more. */
const MAX_LINES = 5000;

interface ProgressLine {
  readonly segment: string;
  readonly done: readonly NumberRange[];
}

/** Which entries are in the offline store, or among the dead letters. One process writes it, under the lock of the journal. */
export class ProgressLog {
  private readonly path: string;
  private lines = 0;
  /** The end of the file is not known to be good. */
  private broken = false;

  private constructor(
    directory: string,
    private readonly done: Map<string, NumberRanges>,
  ) {
    this.path = join(directory, FILE);
  }

  /**
   * Reads what is done, without writing.
   *
   * Shape:  one line per segment and write, with its CRC-32. From the first line on that is torn or damaged nothing is
   *         taken: what it told is given to the offline store again, which knows it by its ids.
   * Errors: those of the file system.
   */
  static async read(directory: string): Promise<ProgressLog> {
    const done = new Map<string, NumberRanges>();
    const text = await readFile(join(directory, FILE), 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    for (const line of text.split('\n').slice(0, -1)) {
      const progress = decodeLine(line);
      if (progress === undefined) break;
      addTo(done, progress);
    }
    return new ProgressLog(directory, done);
  }

  isDone(segment: string, number: number): boolean {
    return this.done.get(segment)?.has(number) ?? false;
  }

  /** How many entries up to and with a number are done. */
  countDone(segment: string, last: number): number {
    return this.done.get(segment)?.countUpTo(last) ?? 0;
  }

  /** Durable when it resolves. Errors: those of the file system; then it is not recorded. */
  async record(numbers: ReadonlyMap<string, readonly number[]>): Promise<void> {
    const lines = [...numbers].map(([segment, list]): ProgressLine => {
      const ranges = new NumberRanges();
      for (const number of list) ranges.add(number, number);
      return { segment, done: ranges.list() };
    });
    if (this.broken || this.lines + lines.length > MAX_LINES) await this.rewrite();
    try {
      await appendDurably(this.path, lines.map(encodeLine).join(''));
    } catch (error) {
      this.broken = true;
      throw error;
    }
    this.lines += lines.length;
    for (const line of lines) addTo(this.done, line);
  }

  /** Of segments that are gone for good. Takes effect with the next rewrite. */
  forget(segment: string): void {
    this.done.delete(segment);
  }

  /** Writes the file anew, with what is known of these segments alone. Errors: those of the file system. */
  async keepOnly(segments: ReadonlySet<string>): Promise<void> {
    for (const segment of this.done.keys()) if (!segments.has(segment)) this.done.delete(segment);
    await this.rewrite();
  }

  private async rewrite(): Promise<void> {
    const lines = [...this.done].map(([segment, ranges]) => encodeLine({ segment, done: ranges.list() }));
    await replaceDurably(this.path, lines.join(''));
    this.lines = lines.length;
    this.broken = false;
  }
}

function addTo(done: Map<string, NumberRanges>, line: ProgressLine): void {
  let ranges = done.get(line.segment);
  if (ranges === undefined) done.set(line.segment, (ranges = new NumberRanges()));
  for (const [first, last] of line.done) ranges.add(first, last);
}

function encodeLine(line: ProgressLine): string {
  const text = JSON.stringify(line);
  return `${checksum(text)} ${text}\n`;
}

function decodeLine(line: string): ProgressLine | undefined {
  const text = line.slice(9);
  return line.slice(0, 9) === `${checksum(text)} ` ? (JSON.parse(text) as ProgressLine) : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
