import { hash, randomBytes } from 'node:crypto';

/** Tells a key from a token, and a scanner of repositories what it has found. */
export const API_KEY_PREFIX = 'salver_';
const RANDOM_BYTES = 32;

/** 256 bits from the generator of the system: nothing to guess, so that a plain hash of it is safe to keep. */
export function newApiKey(): string {
  return API_KEY_PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/** As `salver.yaml` holds it. */
export function apiKeyHash(key: string): string {
  return `sha256:${hash('sha256', key, 'hex')}`;
}
