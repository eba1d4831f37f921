import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { CorruptDataError } from '../../../common/errors/errors.js';
import { encodeKeyList, RowDecoder } from './sqlite-row.codec.js';

describe('encodeKeyList', () => {
  const KEYS = ['00', 'ff10', '', '0a0b0c'].map((hex) => Buffer.from(hex, 'hex'));

  it.each([
    [0, 4, '["00","ff10","","0a0b0c"]'],
    [1, 3, '["ff10",""]'],
    [3, 4, '["0a0b0c"]'],
    [4, 4, '[]'],
    [0, 0, '[]'],
  ])('writes the keys from %i until %i', (from, end, text) => {
    expect(encodeKeyList(KEYS, from, end)).toBe(text);
  });

  it('takes keys of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 40 }), (keys) => {
        const hex = keys.map((key) => Buffer.from(key).toString('hex'));
        expect(JSON.parse(encodeKeyList(keys, 0, keys.length))).toEqual(hex);
      }),
    );
    const large = Buffer.alloc(2_000_000, 0xab);
    expect(encodeKeyList([large], 0, 1)).toBe(`["${'ab'.repeat(2_000_000)}"]`);
    expect(encodeKeyList(KEYS, 0, 2)).toBe('["00","ff10"]');
  });
});

describe('RowDecoder', () => {
  const decode = (decoder: RowDecoder, text: string, view = 0, firstRow = 0): string[] => {
    const sink = new RecordingSink();
    sink.begin();
    decoder.decode(Buffer.from(text), view, firstRow, sink);
    return sink.lines();
  };

  it('reads records: row, time in seconds, values by name', () => {
    const decoder = new RowDecoder('p_view', ['a', 'b', 'c']);
    expect(
      decode(decoder, '0,1772359200{"b":"2007","a":""}12,-5{"c":"00FF9Ae0".}'.replace('e0".', '"'), 3, 100),
    ).toEqual(['3/100 0=', '3/100 1=2007', '3/100 @1772359200000000', '3/112 2=00ff9a', '3/112 @-5000000']);
  });

  it('reads rows without any cell, and nothing', () => {
    const decoder = new RowDecoder('p_view', ['a']);
    expect(decode(decoder, '0,1{}1,2{"a":"08"}2,3{}')).toEqual([
      '0/0 @1000000',
      '0/1 0=08',
      '0/1 @2000000',
      '0/2 @3000000',
    ]);
    expect(decode(decoder, '')).toEqual([]);
  });

  it('counts what nobody asked for', () => {
    const decoder = new RowDecoder('p_view', ['a']);
    decode(decoder, '0,1{"x":"0102","a":"08","y":""}1,1{"x":"01"}');
    expect(decoder).toMatchObject({ records: 2, skippedCells: 3, skippedBytes: 6 });
    decoder.resetCounts();
    expect(decoder).toMatchObject({ records: 0, skippedCells: 0, skippedBytes: 0 });
  });

  it('is not misled when rows hold other features, in another order', () => {
    const names = ['a', 'ab', 'b', 'a"', 'a\\', 'é', '":"', '}', '0,1{'];
    const decoder = new RowDecoder('p_view', names);
    const row = fc.uniqueArray(
      fc.record({ name: fc.constantFrom(...names, 'other', 'x"y'), value: fc.uint8Array({ maxLength: 5 }) }),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        const text = rows.map((cells, index) => {
          const object = cells.map(
            ({ name, value }) =>
              `${JSON.stringify(name)}:"${Buffer.from(value).toString('hex').toUpperCase()}"`,
          );
          return `${index},${index}{${object.join(',')}}`;
        });
        const expected = rows.flatMap((cells, index) => [
          `0/${index} @${index * 1_000_000}`,
          ...cells
            .filter(({ name }) => names.includes(name))
            .map(
              ({ name, value }) => `0/${index} ${names.indexOf(name)}=${Buffer.from(value).toString('hex')}`,
            ),
        ]);
        expect(decode(decoder, text.join(''))).toEqual(expected.toSorted());
      }),
    );
  });

  it.each(['null', 'real', 'text', 'blob'])('refuses an event time of the type %s', (type) => {
    const decoder = new RowDecoder('p_view', ['a']);
    expect(() => decode(decoder, `0,1{}1,${type}{"a":"08"}`)).toThrow(CorruptDataError);
    expect(() => decode(decoder, `0,${type}{}`)).toThrow(
      `p_view: column event_ts holds a value of the type ${type}`,
    );
  });

  it.each(['9223372036854775807', '-9223372036854775808', '253402300800'])(
    'refuses an event time out of range: %s',
    (seconds) => {
      expect(() => decode(new RowDecoder('p_view', []), `0,${seconds}{}`)).toThrow(CorruptDataError);
    },
  );
});
