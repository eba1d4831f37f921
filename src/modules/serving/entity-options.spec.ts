import { describe, expect, it } from 'vitest';
import { parseEntityOptions } from './entity-options.js';

describe('parseEntityOptions', () => {
  it('makes columns of the pairs', () => {
    const columns = parseEntityOptions(['driver_id=1', 'driver_id=-2', 'city=a=b', 'city=']);
    expect([...columns]).toEqual([
      ['driver_id', ['1', '-2']],
      ['city', ['a=b', '']],
    ]);
  });

  it.each([
    [[], 'missing'],
    [['driver_id'], "'driver_id' is no pair"],
    [['=1'], "'=1' is no pair"],
    [['a=1', 'a=2', 'b=1'], 'given: a 2, b 1'],
  ])('refuses %j', (pairs, message) => {
    expect(() => parseEntityOptions(pairs)).toThrow(message);
  });
});
