import type { PlainData } from './yaml-node.js';

export const MASK = '********';

const SECRET_KEY = /password|passwd|secret|token|credential|private_key|access_key|api_key/i;
/** Settings about a token, not the token. */
const HARMLESS_KEY = /^token_(env_var|refresh_margin_seconds)$/;

/** Values that nobody should see on a screen are replaced, in texts that hold more only the part that is secret. */
export function maskSecrets(value: PlainData, key = ''): PlainData {
  if (Array.isArray(value)) return value.map((item: PlainData) => maskSecrets(item, key));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Readonly<Record<string, PlainData>>);
    return Object.fromEntries(entries.map(([name, member]) => [name, maskSecrets(member, name)]));
  }
  if (value === null || typeof value === 'boolean') return value;
  if (SECRET_KEY.test(key) && !HARMLESS_KEY.test(key)) return MASK;
  return typeof value === 'string' ? maskInText(value) : value;
}

/** `redis://user:secret@host`, `host:6379,password=secret`. */
function maskInText(text: string): string {
  return text
    .replace(/(:\/\/[^\s/@:]*:)[^\s@]+(?=@)/g, `$1${MASK}`)
    .replace(/((?:^|[\s,;?&])\w*(?:password|passwd|pwd|secret)\s*=\s*)[^\s,;&]+/gi, `$1${MASK}`);
}
