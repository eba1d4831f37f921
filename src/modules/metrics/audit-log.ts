import type { AuditEvent } from './audit-event.js';
import type { AuditSink } from './audit-sink.js';

export interface AuditLogEvents {
  /** Lines that could not be written are gone: `lines` of them, because of `error`. */
  readonly onLost: (lines: number, error: unknown) => void;
}

/**
 * Who did what, a line of compact JSON per event, whatever the log level. The lines of one turn of the event loop are
 * written together, before the next turn begins.
 */
export class AuditLog {
  private lines: string[] = [];
  private readonly flush = (): void => {
    const { lines } = this;
    this.lines = [];
    try {
      this.sink?.write(lines);
    } catch (error) {
      this.events.onLost(lines.length, error);
    }
  };

  /** Without a sink it is off. */
  constructor(
    private readonly sink: AuditSink | undefined,
    private readonly events: AuditLogEvents,
  ) {}

  get on(): boolean {
    return this.sink !== undefined;
  }

  /** Keys in the order of Feast's line: the time stands after the event's name. */
  record({ event, ...rest }: AuditEvent): void {
    if (!this.sink) return;
    if (this.lines.length === 0) setImmediate(this.flush);
    this.lines.push(`${JSON.stringify({ event, timestamp: utcNow(), ...rest })}\n`);
  }

  /** To be called when log files were rotated. Errors: those of the file system; the old file then goes on. */
  reopen(): void {
    if (this.lines.length > 0) this.flush();
    this.sink?.reopen();
  }

  close(): void {
    if (this.lines.length > 0) this.flush();
    this.sink?.close();
  }
}

/** ISO 8601 with an offset, as Python writes it. */
function utcNow(): string {
  return new Date().toISOString().replace('Z', '+00:00');
}
