/** Up to here a loop is faster than the engine's encoder, which has to be called twice: for the length, and to write. */
const LOOP_UNITS = 40;
/** What `writeShortText` needs room for. One byte tells such a length. */
export const SHORT_TEXT_BYTES = 1 + 2 * LOOP_UNITS;

/**
 * Writes the length of a short text and its UTF-8.
 *
 * Returns: the end of it; undefined for a longer text, or one with characters of three bytes.
 */
export function writeShortText(buffer: Uint8Array, start: number, text: string): number | undefined {
  if (text.length > LOOP_UNITS) return undefined;
  let at = start + 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) buffer[at++] = code;
    else if (code < 0x800) {
      buffer[at++] = 0xc0 | (code >> 6);
      buffer[at++] = 0x80 | (code & 0x3f);
    } else return undefined;
  }
  buffer[start] = at - start - 1;
  return at;
}

/** Bytes of the varint of an unsigned safe integer. */
export function varintSize(n: number): number {
  let size = 1;
  for (let rest = n; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
