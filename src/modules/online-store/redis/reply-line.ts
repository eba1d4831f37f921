import { RedisProtocolError } from './redis-protocol-error.js';

const CONTENT = new Map<number, RegExp>([
  [byteOf(':'), /^[+-]?\d{1,20}$/],
  [byteOf(','), /^[+-]?(?:inf|nan|\d+(?:\.\d*)?(?:e[+-]?\d+)?)$/i],
  [byteOf('#'), /^[tf]$/],
  [byteOf('('), /^[+-]?\d+$/],
  [byteOf('_'), /^$/],
]);

/**
 * Looks whether a line holds what its type says.
 *
 * Shape:  `type` is the first byte of the line; `start` and `end` are the range of what follows it.
 * Errors: RedisProtocolError.
 */
export function checkLine(type: number, bytes: Uint8Array, start: number, end: number): void {
  const content = CONTENT.get(type);
  if (content === undefined) return;
  if (!content.test(Buffer.from(bytes.subarray(start, end)).toString('latin1'))) {
    throw new RedisProtocolError(`a line of the type ${String.fromCharCode(type)} that holds something else`);
  }
}

function byteOf(character: string): number {
  return character.charCodeAt(0);
}
