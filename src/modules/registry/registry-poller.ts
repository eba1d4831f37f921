import { CorruptDataError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import { judgeRegistry } from './registry-acceptance.js';
import type { RegistryRead, RegistrySource } from './registry-source.js';
import type { RegistrySummary } from './registry-summary.js';
import type { RegistryValidator } from './registry-validator.js';

const DEFAULT_INTERVAL_MS = 1000;
const DEFAULT_LOOK_TIMEOUT_MS = 10_000;
/** So many different problems are remembered as reported. */
const MAX_REPORTED = 100;

export interface RegistryPollerOptions {
  readonly project: string;
  /** After so long the whole registry is read, whatever the probe says; 0 is never. */
  readonly ttlMs: number;
  /** How often a source with a cheap probe is asked, and how soon is tried again after a failure. */
  readonly intervalMs?: number;
  /** How long the source may take for one look. */
  readonly lookTimeoutMs?: number;
}

/** A registry that was read, checked and found fit to be served. */
export interface AcceptedRegistry {
  /** 1 for the first, one more for each that follows. */
  readonly generation: number;
  readonly etag: string;
  readonly bytes: Uint8Array;
}

export interface RegistryPollerEvents {
  readonly onAccepted: (registry: AcceptedRegistry) => void;
  /** Once for each different problem, and again when it comes back after all was well. */
  readonly onProblem: (message: string, error?: unknown) => void;
}

export interface RegistryPollerStatus {
  /** 0 while nothing was accepted. */
  readonly generation: number;
  /** Since the epoch. */
  readonly acceptedAtMs: number | undefined;
  readonly lastCheckedAtMs: number | undefined;
  /** What is wrong at the moment; the registry that was accepted before is served on. */
  readonly lastError: string | undefined;
}

/** How a look ended. Only `accepted` changed anything. */
export type RegistryLook =
  'accepted' | 'unchanged' | 'suspicious' | 'rejected' | 'missing' | 'failed' | 'stopped';

/** A registry that is not served, or not yet, by its etag. */
interface SetAside {
  readonly etag: string;
  readonly look: 'suspicious' | 'rejected';
  readonly message: string;
}

/**
 * Watches one registry for all workers. What is garbage, cut off, empty or of another project never replaces a
 * registry that is served; the same bytes are no change.
 */
export class RegistryPoller {
  readonly #intervalMs: number;
  readonly #lookTimeoutMs: number;
  readonly #reported = new Set<string>();
  #accepted: { readonly etag: string; readonly summary: RegistrySummary } | undefined;
  #setAside: SetAside | undefined;
  #generation = 0;
  #acceptedAtMs: number | undefined;
  #lastCheckedAtMs: number | undefined;
  #lastError: string | undefined;
  #lastLook: RegistryLook | undefined;
  #lastHint: string | undefined;
  #lastFullReadAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly source: RegistrySource,
    private readonly validator: RegistryValidator,
    private readonly options: RegistryPollerOptions,
    private readonly events: RegistryPollerEvents,
  ) {
    this.#intervalMs = options.intervalMs ?? DEFAULT_INTERVAL_MS;
    this.#lookTimeoutMs = options.lookTimeoutMs ?? DEFAULT_LOOK_TIMEOUT_MS;
  }

  /** Resolves after the first look, whatever it found, and goes on looking. Never rejects. */
  async start(deadline: Deadline): Promise<RegistryLook> {
    const look = await this.refreshNow(deadline);
    this.#schedule();
    return look;
  }

  /** A full read now, after the look that may be under way. Never rejects: see `status` for what went wrong. */
  refreshNow(deadline: Deadline): Promise<RegistryLook> {
    return this.#inTurn(() => this.#look(deadline));
  }

  /** Nothing is accepted or reported from now on. Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#queue;
  }

  status(): RegistryPollerStatus {
    return {
      generation: this.#generation,
      acceptedAtMs: this.#acceptedAtMs,
      lastCheckedAtMs: this.#lastCheckedAtMs,
      lastError: this.#lastError,
    };
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      // The next one is planned when this one has ended, so that they never overlap.
      void this.#inTurn(() => this.#tick(Deadline.after(this.#lookTimeoutMs))).then(() => this.#schedule());
    }, this.#intervalMs);
    this.#timer.unref();
  }

  #inTurn(work: () => Promise<RegistryLook>): Promise<RegistryLook> {
    const turn = this.#queue.then(async (): Promise<RegistryLook> => {
      if (this.#stopped) return 'stopped';
      try {
        this.#lastLook = await work();
      } catch (error) {
        this.#lastLook = 'failed';
        this.#report(error instanceof Error ? error.message : String(error), error);
      }
      this.#lastCheckedAtMs = Date.now();
      return this.#lastLook;
    });
    this.#queue = turn;
    return turn;
  }

  async #tick(deadline: Deadline): Promise<RegistryLook> {
    const hint = await this.#probe(deadline);
    const expired =
      this.options.ttlMs > 0 && performance.now() - this.#lastFullReadAtMs >= this.options.ttlMs;
    if (expired || this.#isUnsettled() || hint !== this.#lastHint) return this.#look(deadline, hint);
    return this.#lastLook ?? 'unchanged';
  }

  /** The last look did not end with something that stays as it is until the source changes. */
  #isUnsettled(): boolean {
    if (this.#lastLook === 'missing') return !this.source.capabilities.cheapProbe;
    return this.#lastLook === undefined || this.#lastLook === 'failed' || this.#lastLook === 'suspicious';
  }

  async #probe(deadline: Deadline): Promise<string | undefined> {
    return this.source.capabilities.cheapProbe ? this.source.probe(deadline) : undefined;
  }

  async #look(deadline: Deadline, knownHint?: string): Promise<RegistryLook> {
    // Asked before the read, so that a change in between is seen by the next one.
    const hint = knownHint ?? (await this.#probe(deadline));
    const read = await this.source.read(this.#accepted?.etag, deadline);
    this.#lastHint = hint;
    this.#lastFullReadAtMs = performance.now();
    return this.#consider(read);
  }

  async #consider(read: RegistryRead): Promise<RegistryLook> {
    switch (read.kind) {
      case 'unchanged':
        this.#setAside = undefined;
        this.#recover();
        return 'unchanged';
      case 'missing':
        this.#setAside = undefined;
        this.#report(`There is no registry at ${this.source.location}`);
        return 'missing';
      case 'found':
        if (this.#setAside?.look !== 'rejected' || this.#setAside.etag !== read.etag) {
          return this.#judge(read.etag, read.bytes);
        }
        this.#report(this.#setAside.message);
        return 'rejected';
    }
  }

  async #judge(etag: string, bytes: Uint8Array): Promise<RegistryLook> {
    let summary: RegistrySummary;
    try {
      summary = await this.validator.validate(bytes, this.options.project);
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error;
      return this.#putAside(etag, 'rejected', error);
    }
    const verdict = judgeRegistry(this.options.project, summary, this.#accepted?.summary);
    const readTwice = this.#setAside?.look === 'suspicious' && this.#setAside.etag === etag;
    if (verdict.kind === 'reject') return this.#putAside(etag, 'rejected', verdict.reason);
    if (verdict.kind === 'suspicious' && !readTwice)
      return this.#putAside(etag, 'suspicious', verdict.reason);
    return this.#accept({ etag, summary }, bytes);
  }

  #accept(
    accepted: { readonly etag: string; readonly summary: RegistrySummary },
    bytes: Uint8Array,
  ): RegistryLook {
    if (this.#stopped) return 'stopped';
    this.#accepted = accepted;
    this.#setAside = undefined;
    this.#generation += 1;
    this.#acceptedAtMs = Date.now();
    this.#recover();
    this.events.onAccepted({ generation: this.#generation, etag: accepted.etag, bytes });
    return 'accepted';
  }

  #putAside(etag: string, look: SetAside['look'], problem: string | Error): RegistryLook {
    const consequence =
      this.#accepted === undefined ? 'cannot be served' : 'does not replace the one that is served';
    const reason = typeof problem === 'string' ? problem : problem.message;
    const message = `The registry at ${this.source.location} ${consequence}: ${reason}`;
    this.#setAside = { etag, look, message };
    this.#report(message, typeof problem === 'string' ? undefined : problem);
    return look;
  }

  #recover(): void {
    this.#lastError = undefined;
    this.#reported.clear();
  }

  #report(message: string, error?: unknown): void {
    if (this.#stopped) return;
    this.#lastError = message;
    if (this.#reported.has(message)) return;
    if (this.#reported.size >= MAX_REPORTED) this.#reported.clear();
    this.#reported.add(message);
    this.events.onProblem(message, error);
  }
}
