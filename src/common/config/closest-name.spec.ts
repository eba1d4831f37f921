import { describe, expect, it } from 'vitest';
import { closestName } from './closest-name.js';

const KNOWN = ['path', 'type', 'cache_ttl_seconds', 'vector_enabled', 'registry'];

describe('closestName', () => {
  it.each([
    ['pth', 'path'],
    ['paht', 'path'],
    ['Path', 'path'],
    ['registri', 'registry'],
    ['cache_ttl', 'cache_ttl_seconds'],
    ['vectors_enable', 'vector_enabled'],
  ])('takes %s for %s', (name, meant) => {
    expect(closestName(name, KNOWN)).toBe(meant);
  });

  it.each(['nope', 'x', '', 'connection_string', 'a'.repeat(100_000)])('takes %.20s for nothing', (name) => {
    expect(closestName(name, KNOWN)).toBeUndefined();
  });
});
