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
}

/** Tokens that are held in memory by their callers together: claims can be large. */
const MAX_CHARACTERS = 16_777_216;

/**
 * The callers of tokens that were verified, until they expire; the longest unused ones go first when there are too many.
 * Tokens are remembered by their SHA-256 alone. A token that is revoked is let in until it expires.
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

  /**
   * The caller of a token: at once when it is remembered, else what `verify` finds, which runs once for the same token
   * at the same time. `undefined` for a token that is refused; that is not remembered.
   */
  resolve(
    token: string,
    verify: () => Promise<VerifiedCaller | undefined>,
  ): Caller | Promise<Caller | undefined> {
    const key = hash('sha256', token, 'base64url');
    return this.find(key) ?? this.verifyOnce(key, token.length, verify);
  }

  /** Forgets all, also what is being verified now. */
  clear(): void {
    this.entries.clear();
    this.underWay.clear();
    this.characters = 0;
  }

  private find(key: string): Caller | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.forget(key, entry);
    if (entry.expiresAtMs <= this.now()) return undefined;
    this.keep(key, entry);
    return entry.caller;
  }

  private async verifyOnce(
    key: string,
    characters: number,
    verify: () => Promise<VerifiedCaller | undefined>,
  ): Promise<Caller | undefined> {
    const known = this.underWay.get(key);
    if (known !== undefined) return (await known)?.caller;
    const verification = verify();
    this.underWay.set(key, verification);
    try {
      const verified = await verification;
      if (verified && this.underWay.get(key) === verification)
        this.remember(key, { ...verified, characters });
      return verified?.caller;
    } finally {
      if (this.underWay.get(key) === verification) this.underWay.delete(key);
    }
  }

  private remember(key: string, entry: Entry): void {
    if (entry.expiresAtMs <= this.now() || this.maxEntries === 0) return;
    this.keep(key, entry);
    for (const [oldest, { characters }] of this.entries) {
      if (this.entries.size <= this.maxEntries && this.characters <= MAX_CHARACTERS) break;
      this.forget(oldest, { characters });
    }
  }

  private keep(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    this.characters += entry.characters;
  }

  private forget(key: string, { characters }: Pick<Entry, 'characters'>): void {
    this.entries.delete(key);
    this.characters -= characters;
  }
}
