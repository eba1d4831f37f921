import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKeySettings } from '../../../common/config/auth.config.js';
import type { Caller } from '../caller.js';
import { API_KEY_PREFIX } from './api-key-text.js';

interface KnownKey {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** The keys of `salver.yaml`. */
export class ApiKeys {
  private readonly known: readonly KnownKey[];

  constructor(settings: readonly ApiKeySettings[]) {
    this.known = settings.map(({ name, hash: text, roles, groups }) => ({
      digest: Buffer.from(text.slice(text.indexOf(':') + 1), 'hex'),
      caller: Object.freeze({ subject: name, roles, groups, namespaces: [] }),
    }));
  }

  get none(): boolean {
    return this.known.length === 0;
  }

  /** Whether a bearer token is one of ours, and nobody else need be asked about it. */
  isKey(text: string): boolean {
    return !this.none && text.startsWith(API_KEY_PREFIX);
  }

  /** Compares with every key, in the same time whether and wherever one fits. */
  callerOf(key: string): Caller | undefined {
    const digest = hash('sha256', key, 'buffer');
    let found: Caller | undefined;
    for (const known of this.known) {
      if (timingSafeEqual(known.digest, digest)) found = known.caller;
    }
    return found;
  }
}
