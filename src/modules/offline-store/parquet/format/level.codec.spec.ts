import fc from 'fast-check';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../../../../common/errors/errors.js';
import { decodeLevels, encodeLevels } from './level.codec.js';

/** Runs of all lengths, of levels up to a maximum. */
const levels = fc
  .integer({ min: 1, max: 300 })
  .chain((max) =>
    fc.record({
      max: fc.constant(max),
      runs: fc.array(fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 1, max: 30 })), {
        minLength: 1,
      }),
    }),
  )
  .map(({ max, runs }) => ({
    max,
    list: runs.flatMap(([level, length]) => Array.from({ length }, () => level)),
  }));

describe('levels', () => {
  it('are read by another program as they were', () => {
    fc.assert(
      fc.property(levels, ({ max, list }) => {
        const bytes = encodeLevels(list, max);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const output = Array.from({ length: list.length }, () => 0);
        readRleBitPackedHybrid({ view, offset: 0 }, 32 - Math.clz32(max), output, bytes.length);
        expect(output).toEqual(list);
        expect(decodeLevels(bytes, max, list.length)).toEqual(list);
      }),
    );
  });

  it('that are cut off are refused', () => {
    const bytes = encodeLevels([0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decodeLevels(bytes.subarray(0, end), 1, 18)).toThrow(CorruptDataError);
    }
  });
});
