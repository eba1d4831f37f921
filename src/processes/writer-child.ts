import { type ChildProcess, fork } from 'node:child_process';
import { type FromWriter, sendToWriter, type ToWriter } from './messages.js';

/** Beyond the grace, for one that does not heed. */
const KILL_MARGIN_MS = 2000;
/** Until it takes requests. */
const START_LIMIT_MS = 60_000;

/** Why a writer ended that is replaced. */
export type WriterEndReason = 'reloaded' | 'hung' | 'killed' | 'ended' | 'failed';

/** How a process ended. */
export interface WriterExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Undefined for one that was to stop for good. */
  readonly reason: WriterEndReason | undefined;
}

export interface WriterChildEvents {
  readonly onMessage: (child: WriterChild, message: FromWriter) => void;
  /** It cannot be started, or used. */
  readonly onError: (error: Error) => void;
  /** Once. */
  readonly onEnded: (child: WriterChild, exit: WriterExit) => void;
}

/** One writer process, from its start to its end. */
export class WriterChild {
  isReady = false;
  private readonly child: ChildProcess;
  private readonly startedAtMs = performance.now();
  private heardAtMs = this.startedAtMs;
  private endsFor: WriterEndReason | 'stop' | undefined;
  private hasEnded = false;

  constructor(
    entry: string,
    private readonly events: WriterChildEvents,
  ) {
    this.child = fork(entry, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child.on('message', (message: FromWriter) => {
      this.heardAtMs = performance.now();
      events.onMessage(this, message);
    });
    this.child.on('error', (error) => {
      events.onError(error);
      if (this.child.pid === undefined) this.ended(1, null);
    });
    this.child.once('exit', (code, signal) => this.ended(code, signal));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get ageMs(): number {
    return performance.now() - this.startedAtMs;
  }

  /** Since it last said anything. */
  get silentMs(): number {
    return performance.now() - this.heardAtMs;
  }

  /** It was told to end, or killed on purpose. */
  get isEnding(): boolean {
    return this.endsFor !== undefined;
  }

  /** Whether it is silent for longer than `limitMs`, or takes too long to begin. */
  isHung(limitMs: number): boolean {
    if (this.isEnding) return false;
    return this.isReady ? this.silentMs > limitMs : this.ageMs > START_LIMIT_MS;
  }

  send(message: ToWriter): void {
    if (this.child.connected) sendToWriter(this.child, message);
  }

  /** It finishes what is under way first, within `graceMs`. */
  end(endsFor: 'reloaded' | 'stop', graceMs: number): void {
    this.endsFor = endsFor;
    if (!this.child.connected) {
      this.kill();
      return;
    }
    this.send({ type: 'stop', graceMs });
    setTimeout(() => {
      if (!this.hasEnded) this.kill();
    }, graceMs + KILL_MARGIN_MS).unref();
  }

  /** At once. */
  kill(endsFor?: 'hung'): void {
    this.endsFor = endsFor ?? this.endsFor;
    this.child.kill('SIGKILL');
  }

  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.events.onEnded(this, { code, signal, reason: this.endReason(code, signal) });
  }

  private endReason(code: number | null, signal: NodeJS.Signals | null): WriterEndReason | undefined {
    if (this.endsFor === 'stop') return undefined;
    if (this.endsFor !== undefined) return this.endsFor;
    if (signal !== null) return 'killed';
    return code === 0 ? 'ended' : 'failed';
  }
}
