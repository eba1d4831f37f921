import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { UnavailableError } from '../../../common/errors/errors.js';
import { UpstreamError } from '../json-call.js';
import { CANNOT_VERIFY } from '../with-deadline.js';
import type { DiscoveryDocument } from './discovery-document.js';
import type { IssuerSource } from './issuer-source.js';

export interface IssuerKeysOptions {
  /** After this they are fetched again, whether anybody asks for them or not. */
  readonly lifespanMs: number;
  /** How long beyond that they are used while the issuer does not answer. */
  readonly maxStaleMs: number;
  /** At most one fetch in this time because of keys that are not known. */
  readonly cooldownMs: number;
}

/** What an issuer's tokens are verified with. */
export interface TrustedKeys {
  readonly algorithms: readonly string[];
  readonly find: JWTVerifyGetKey;
}

export interface IssuerKeysListener {
  /** A key that was there is there no more: what it signed is no longer to be trusted. */
  readonly onKeyRemoved: () => void;
  readonly onOutage: (reason: string) => void;
  readonly onRecovery: () => void;
}

/** Fetched anew a little early, so that no request ever waits for it, and not by all workers at once. */
const EARLY = 0.8;
const JITTER = 0.1;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

interface FetchedKeys extends TrustedKeys {
  readonly fetchedAtMs: number;
  /** Each key as text. */
  readonly content: ReadonlySet<string>;
}

/**
 * The keys of one issuer, held by a worker: fetched in the background, one fetch at a time. Keys that were good go on
 * being used while the issuer is down, for a bounded time. New keys need no restart.
 */
export class IssuerKeys {
  private fetched: FetchedKeys | undefined;
  private document: DiscoveryDocument | undefined;
  private underWay: Promise<void> | undefined;
  private failures = 0;
  private endedAtMs = Number.NEGATIVE_INFINITY;
  private unknownKeyAtMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly source: IssuerSource,
    private readonly options: IssuerKeysOptions,
    private readonly listener: IssuerKeysListener,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Begins to fetch, and goes on until `close`. */
  start(): void {
    void this.refresh().then(() => this.schedule());
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.source.close();
  }

  /** What the issuer says of itself; `undefined` before it was reached. */
  get discovery(): DiscoveryDocument | undefined {
    return this.document;
  }

  /** Whether there are keys that may still be used. */
  get usable(): boolean {
    const { lifespanMs, maxStaleMs } = this.options;
    return this.fetched !== undefined && this.now() - this.fetched.fetchedAtMs <= lifespanMs + maxStaleMs;
  }

  /** The keys of now. Errors: UnavailableError when there are none that may be used and the issuer does not answer. */
  async current(): Promise<TrustedKeys> {
    if (!this.usable && (this.underWay !== undefined || this.now() - this.endedAtMs >= FIRST_RETRY_MS)) {
      await this.refresh();
    }
    if (!this.usable) throw new UnavailableError(CANNOT_VERIFY);
    return this.fetched as FetchedKeys;
  }

  /**
   * The keys after one more look, because a token names one that is not among them; within the cooldown without a look.
   * Errors: UnavailableError when the issuer does not answer, so that nobody can say whether the key is one of its.
   */
  async afterUnknownKey(): Promise<TrustedKeys> {
    if (this.now() - this.unknownKeyAtMs >= this.options.cooldownMs) {
      this.unknownKeyAtMs = this.now();
      await this.refresh();
    } else {
      await this.underWay;
    }
    if (this.failures > 0) throw new UnavailableError(CANNOT_VERIFY);
    return this.current();
  }

  /** Never rejects. */
  private refresh(): Promise<void> {
    this.underWay ??= this.fetch().finally(() => {
      this.underWay = undefined;
      this.endedAtMs = this.now();
    });
    return this.underWay;
  }

  private async fetch(): Promise<void> {
    try {
      this.document = await this.discover();
      const keySet = await this.source.keys(this.document.jwksUri);
      this.accept(trustedKeys(keySet, this.document.algorithms));
      if (this.failures > 0) this.listener.onRecovery();
      this.failures = 0;
    } catch (error) {
      if (this.closed) return;
      if (++this.failures === 1) this.listener.onOutage(reasonOf(error));
    }
  }

  /** An issuer whose keys can be had and whose description cannot is still good. */
  private async discover(): Promise<DiscoveryDocument> {
    try {
      return await this.source.discover();
    } catch (error) {
      if (this.document === undefined) throw error;
      return this.document;
    }
  }

  private accept(keys: Omit<FetchedKeys, 'fetchedAtMs'>): void {
    const removed = [...(this.fetched?.content ?? [])].some((key) => !keys.content.has(key));
    this.fetched = { ...keys, fetchedAtMs: this.now() };
    if (removed) this.listener.onKeyRemoved();
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(this.start.bind(this), this.pauseMs()).unref();
  }

  private pauseMs(): number {
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    if (this.failures === 0) return this.options.lifespanMs * EARLY * jitter;
    return Math.min(FIRST_RETRY_MS * 2 ** (this.failures - 1), LAST_RETRY_MS) * jitter;
  }
}

function trustedKeys(keySet: JSONWebKeySet, algorithms: readonly string[]): Omit<FetchedKeys, 'fetchedAtMs'> {
  const content = new Set(keySet.keys.map((key) => JSON.stringify(key)));
  try {
    return { algorithms, find: createLocalJWKSet(keySet), content };
  } catch (error) {
    throw new UpstreamError('the key set is malformed', { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
