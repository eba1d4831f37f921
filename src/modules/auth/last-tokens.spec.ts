import { describe, expect, it } from 'vitest';
import { LastTokens } from './last-tokens.js';

const connection = () => ({}) as never;
const request = (socket: never, authorization: string, more: readonly string[] = []) => ({
  headers: { authorization },
  rawHeaders: ['Authorization', authorization, ...more],
  socket,
});

describe('LastTokens', () => {
  it('knows the digest of the token that a connection sent last', () => {
    const [tokens, socket] = [new LastTokens(), connection()];
    expect(tokens.digestOf(request(socket, 'Bearer a'))).toBeUndefined();
    tokens.keep(request(socket, 'Bearer a'), 'digest of a');
    expect(tokens.digestOf(request(socket, 'Bearer a'))).toBe('digest of a');
    tokens.keep(request(socket, 'Bearer b'), 'digest of b');
    expect(tokens.digestOf(request(socket, 'Bearer b'))).toBe('digest of b');
    expect(tokens.digestOf(request(socket, 'Bearer a'))).toBeUndefined();
  });

  it('takes no header for another, nor for that of another connection', () => {
    const [tokens, socket] = [new LastTokens(), connection()];
    tokens.keep(request(socket, 'Bearer abc'), 'digest');
    for (const other of ['Bearer ab', 'Bearer abcd', 'Bearer abC', 'bearer abc', 'Bearer  abc', ''])
      expect(tokens.digestOf(request(socket, other))).toBeUndefined();
    expect(tokens.digestOf({ headers: {}, rawHeaders: [], socket })).toBeUndefined();
    expect(tokens.digestOf(request(connection(), 'Bearer abc'))).toBeUndefined();
  });

  it('takes none of two headers, of which Node shows the first', () => {
    const [tokens, socket] = [new LastTokens(), connection()];
    tokens.keep(request(socket, 'Bearer a'), 'digest');
    expect(tokens.digestOf(request(socket, 'Bearer a', ['authorization', 'Bearer b']))).toBeUndefined();
  });
});
