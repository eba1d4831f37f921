import { closeSync, openSync, writeSync } from 'node:fs';

/** Where the lines of the audit log go. Several processes write to the same place. */
export interface AuditSink {
  /** Whole lines, in one piece each. Errors: those of the file system. */
  write(lines: readonly string[]): void;
  /** After the file was renamed away: the next lines go to a new one of the old name. */
  reopen(): void;
  close(): void;
}

/** Others may read an audit log only if they are in the group. */
const FILE_MODE = 0o640;

/** Appends to a file: what one call appends stays in one piece, whoever else appends. */
export class AuditFile implements AuditSink {
  private fd: number;

  /** Errors: those of the file system when the file cannot be opened to append. */
  constructor(private readonly path: string) {
    this.fd = openSync(path, 'a', FILE_MODE);
  }

  write(lines: readonly string[]): void {
    const bytes = Buffer.from(lines.join(''));
    let written = 0;
    while (written < bytes.length) written += writeSync(this.fd, bytes, written);
  }

  reopen(): void {
    // The old file goes on when the new one cannot be opened.
    const fd = openSync(this.path, 'a', FILE_MODE);
    closeSync(this.fd);
    this.fd = fd;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** A pipe keeps so many bytes of one write in one piece. */
const PIPE_BYTES = 4096;

export class AuditStandardOutput implements AuditSink {
  constructor(private readonly writeText: (text: string) => void = toStandardOutput) {}

  write(lines: readonly string[]): void {
    let batch = '';
    for (const line of lines) {
      if (batch !== '' && Buffer.byteLength(batch) + Buffer.byteLength(line) > PIPE_BYTES) {
        this.writeText(batch);
        batch = '';
      }
      batch += line;
    }
    this.writeText(batch);
  }

  reopen(): void {
    // It is whoever started this process that knows where it goes.
  }

  close(): void {
    // As with `reopen`.
  }
}

function toStandardOutput(text: string): void {
  process.stdout.write(text);
}
