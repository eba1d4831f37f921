import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../common/files/durable-files.js';
import { isProcessAlive } from './process-life.js';
import { SegmentFile, type SegmentFrame, type SegmentPosition } from './segment-file.js';
import { type JournalIdentity, type SegmentHeader } from './segment-header.js';
import { SEGMENT_SUFFIX } from './segment-names.js';

/**
 * `reading`: its process may add to it. `ended`: all that it holds was read. `foreign`: of another repository or of a
 * later version. `unreadable`: without a good beginning. `gone`: removed.
 */
export type TailState = 'reading' | 'ended' | 'foreign' | 'unreadable' | 'gone';

/** Follows one segment. Opens the file only while it reads. */
export class SegmentTail {
  readonly path: string;
  state: TailState = 'reading';
  /** Holds what cannot be read though it was acknowledged: it is kept when all else is done. */
  isDamaged = false;
  /** Why it is foreign. */
  reason = '';
  header: SegmentHeader | undefined;
  private position: SegmentPosition | undefined;
  private knownBytes = -1;

  constructor(
    directory: string,
    readonly segment: string,
    private readonly identity: JournalIdentity,
  ) {
    this.path = join(directory, segment + SEGMENT_SUFFIX);
  }

  get lastNumber(): number {
    return (this.position?.number ?? 1) - 1;
  }

  get bytes(): number {
    return Math.max(0, this.knownBytes);
  }

  /** Gives what is new to `visit`, frame by frame. Errors: those of the file system. */
  async readNew(visit: (frame: SegmentFrame) => void): Promise<void> {
    if (this.state !== 'reading') return;
    // Asked before the file is looked at: what a process wrote before it died is then seen.
    const isWritten = this.header === undefined || isProcessAlive(this.header.process);
    const size = await sizeOf(this.path);
    if (size === undefined) this.state = 'gone';
    else if (size !== this.knownBytes) await this.readTo(size, visit);
    if (!isWritten && this.state === 'reading') this.state = 'ended';
  }

  /** Reads frames again, from a position on, until `visit` answers false. Errors: those of the file system. */
  async readAgain(from: SegmentPosition, visit: (frame: SegmentFrame) => boolean): Promise<void> {
    await this.inFile(async (file) => {
      const bytes = Math.min(await file.bytes(), this.position?.offset ?? 0);
      for (let at = from; ;) {
        const frame = await file.frameAt(at, bytes);
        if (frame === undefined || frame.count === 0 || !visit(frame)) return;
        at = frame.next;
      }
    });
  }

  /** Whether something was written behind the part that can be read. Errors: those of the file system. */
  async holdsMore(): Promise<boolean> {
    const end = this.position ?? { offset: 0, number: 1 };
    if (end.offset === this.knownBytes) return false;
    const found = await this.inFile(async (file) => file.hasFrameBehind(end, await file.bytes()));
    return found ?? false;
  }

  /** Undefined when the file is gone. Errors: those of the file system. */
  async inFile<T>(work: (file: SegmentFile) => Promise<T>): Promise<T | undefined> {
    const file = await SegmentFile.open(this.path, this.segment);
    try {
      return file === undefined ? undefined : await work(file);
    } finally {
      await file?.close();
    }
  }

  private async readTo(size: number, visit: (frame: SegmentFrame) => void): Promise<void> {
    await this.inFile(async (file) => {
      if (this.position === undefined) await this.readHeader(file);
      while (this.state === 'reading' && this.position !== undefined) {
        const frame = await file.frameAt(this.position, size);
        if (frame === undefined) break;
        this.position = frame.next;
        if (frame.count === 0) this.state = 'ended';
        else visit(frame);
      }
    });
    this.knownBytes = size;
  }

  private async readHeader(file: SegmentFile): Promise<void> {
    const reading = await file.header();
    if (reading.kind === 'damaged') this.state = 'unreadable';
    else if (reading.kind === 'newer') {
      this.beForeign(`it was written by a later version of Salver (format ${reading.format})`);
    } else if (reading.kind === 'header') {
      const { project, repository } = (this.header = reading.header);
      this.position = { offset: reading.bytes, number: 1 };
      if (project !== this.identity.project || repository !== this.identity.repository) {
        this.beForeign(
          `it belongs to the project ${project} of the repository in ${repository} (from there)`,
        );
      }
    }
  }

  private beForeign(reason: string): void {
    this.state = 'foreign';
    this.reason = reason;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
