import { hash } from 'node:crypto';
import type { Caller } from './caller.js';

/** What the verification of a token found. */
export interface VerifiedCaller {
  readonly caller: Caller;
  /** Milliseconds since 1970 after which it must be verified again. */
  readonly expiresAtMs: number;
}

interface Entry extends VerifiedCaller {
  readonly characters: number;
  /** When it was put at the end of the line, where those stand that are forgotten last. */
  placedAtMs: number;
}

/** Those in use are put at the end again no more often: moving one costs as much as finding it. */
const PLACE_FOR_MS = 1000;

/** Tokens that are held in memory by their callers together: claims can be large. */
const MAX_CHARACTERS = 16_777_216;

/**
 * The callers of tokens that were verified, until they expire; the longest unused ones, to a second, go first when there
 * are too many. Tokens are remembered by their SHA-256 alone. A token that is revoked is let in until it expires.
 */
export class VerifiedCallers {
  private readonly entries = new Map<string, Entry>();
  private readonly underWay = new Map<string, Promise<VerifiedCaller | undefined>>();
  private characters = 0;

  constructor(
    private readonly maxEntries: number,
    private readonly now: () => number = Date.now,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  /** The caller of the token with this digest, if it is remembered. */
  recall(digest: string): Caller | undefined {
    const entry = this.entries.get(digest);
    if (entry === undefined) return undefined;
    const nowMs = this.now();
    if (entry.expiresAtMs <= nowMs) {
      this.forget(digest, entry);
      return undefined;
    }
    if (nowMs - entry.placedAtMs >= PLACE_FOR_MS) {
      this.entries.delete(digest);
      this.entries.set(digest, entry);
      entry.placedAtMs = nowMs;
    }
    return entry.caller;
  }

  /**
   * The caller of a token: at once when it is remembered, else what `verify` finds, which runs once for the same token
   * at the same time. `undefined` for a token that is refused; that is not remembered.
   */
  resolve(
    token: string,
    verify: () => Promise<VerifiedCaller | undefined>,
  ): Caller | Promise<Caller | undefined> {
    const digest = tokenDigest(token);
    return this.recall(digest) ?? this.verifyOnce(digest, token.length, verify);
  }

  /** Forgets all, also what is being verified now. */
  clear(): void {
    this.entries.clear();
    this.underWay.clear();
    this.characters = 0;
  }

  private async verifyOnce(
    digest: string,
    characters: number,
    verify: () => Promise<VerifiedCaller | undefined>,
  ): Promise<Caller | undefined> {
    const known = this.underWay.get(digest);
    if (known !== undefined) return (await known)?.caller;
    const verification = verify();
    this.underWay.set(digest, verification);
    try {
      const verified = await verification;
      if (verified && this.underWay.get(digest) === verification)
        this.remember(digest, { ...verified, characters, placedAtMs: this.now() });
      return verified?.caller;
    } finally {
      if (this.underWay.get(digest) === verification) this.underWay.delete(digest);
    }
  }

  private remember(digest: string, entry: Entry): void {
    if (entry.expiresAtMs <= this.now() || this.maxEntries === 0) return;
    this.entries.set(digest, entry);
    this.characters += entry.characters;
    for (const [oldest, { characters }] of this.entries) {
      if (this.entries.size <= this.maxEntries && this.characters <= MAX_CHARACTERS) break;
      this.forget(oldest, { characters });
    }
  }

  private forget(digest: string, { characters }: Pick<Entry, 'characters'>): void {
    this.entries.delete(digest);
    this.characters -= characters;
  }
}

/** By which a token is remembered. */
export function tokenDigest(token: string): string {
  return hash('sha256', token, 'base64url');
}
