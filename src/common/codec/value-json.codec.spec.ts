import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../errors/errors.js';
import { JsonWriter } from './json-writer.js';
import { WireType, WireWriter } from './protobuf-wire.js';
import { writeValueJson } from './value-json.codec.js';

interface Vector {
  readonly name: string;
  readonly value_hex: string;
  readonly json: string | null;
  readonly error?: string;
}

const path = new URL('../../../test/fixtures/spec/value-json-vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { readonly vectors: readonly Vector[] };

interface Written {
  readonly json: string;
  readonly nonFinite: number;
}

/** Reads the Value from the middle of other bytes, as the stores hand them over. */
function write(value: Uint8Array): Written {
  const around = Buffer.concat([Buffer.from([0x20, 0x07]), value, Buffer.from([0xff, 0x20])]);
  const out = new JsonWriter(1);
  out.byte(0x5b);
  const nonFinite = writeValueJson(out, around, 2, 2 + value.length);
  out.byte(0x5d);
  return { json: out.toBuffer().toString('utf8').slice(1, -1), nonFinite };
}

const json = (hex: string): string => write(Buffer.from(hex.replaceAll(' ', ''), 'hex')).json;

describe('vectors of Feast', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(146);
  });

  it.each(vectors.filter((vector) => vector.json !== null).map((vector) => [vector.name, vector] as const))(
    '%s',
    (_, vector) => {
      expect(write(Buffer.from(vector.value_hex, 'hex'))).toEqual({ json: vector.json, nonFinite: 0 });
    },
  );

  const notFinite = vectors.filter((vector) => vector.json === null);

  it('fail the request for what is not finite, and nothing else', () => {
    expect(new Set(notFinite.map((vector) => vector.error))).toEqual(
      new Set(['ValueError: Out of range float values are not JSON compliant']),
    );
    expect(notFinite.map((vector) => vector.name)).toEqual([
      'double nan',
      'float nan',
      'double inf',
      'float inf',
      'double -inf',
      'float -inf',
      'double_list with nan',
      'float_list with inf',
    ]);
  });

  it.each(notFinite.map((vector) => [vector.name, vector] as const))('%s: null instead', (name, vector) => {
    const expected =
      name === 'double_list with nan' ? '[1.0,null]' : name.includes('list') ? '[null]' : 'null';
    expect(write(Buffer.from(vector.value_hex, 'hex'))).toEqual({ json: expected, nonFinite: 1 });
  });
});

describe('what protobuf allows', () => {
  it.each([
    ['the last member wins', '2007 120161', '"a"'],
    ['a null after a value', '2007 980100', 'null'],
    ['a value after a null', '980100 2007', '7'],
    ['the same scalar twice', '2007 2008', '8'],
    ['an unknown field before', 'f80301 2007', '7'],
    ['an unknown field behind', '2007 f20302ffff', '7'],
    ['an unknown group behind', '2007 f303 0801 f403', '7'],
    ['only unknown fields', 'f80301', 'null'],
    ['a list in two pieces', '7203 0a0101 7203 0a0102', '[1,2]'],
    ['a list in two pieces with another member between', '7203 0a0101 2007 7203 0a0102', '[2]'],
    ['a map in two pieces', 'a20109 0a070a016112022001 a20109 0a070a016212022002', '{"a":1,"b":2}'],
    ['a repeated text', '120161 120162', '"b"'],
    ['unpacked numbers', '7204 08010802', '[1,2]'],
    ['packed and unpacked numbers', '7206 0801 0a020203', '[1,2,3]'],
    ['packed numbers in two pieces', '7206 0a0101 0a0102', '[1,2]'],
    ['unpacked floats', '820105 0d0000803f', '[1.0]'],
    ['unpacked doubles', '7a09 09000000000000f03f', '[1.0]'],
    ['unknown fields in a list', '6205 0a0161 1001', '["a"]'],
    ['unknown fields in a map entry', 'a2010b 0a090a0161 12022001 1801', '{"a":1}'],
    ['an empty map entry', 'a20102 0a00', '{"":null}'],
    ['a map entry without a value', 'a20105 0a030a0161', '{"a":null}'],
    ['a map entry whose value is in two pieces', 'a2010b 0a090a0161 1200 12022001', '{"a":1}'],
    ['a value before its key', 'a20109 0a07 12022001 0a0161', '{"a":1}'],
    ['repeated map keys: the last wins', 'a20112 0a070a016112022001 0a070a016112022002', '{"a":2}'],
    ['keys of Object.prototype', 'a20111 0a0f0a095f5f70726f746f5f5f12022001', '{"__proto__":1}'],
    ['an int32 cut to 32 bits', '1880808080f8ffffffff01', '-2147483648'],
    ['a bool above one', '3802', 'true'],
    ['a zone before the seconds', '820304 1200 0801', '"1970-01-01T00:00:01+00:00"'],
  ])('%s', (_, hex, expected) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    expect(write(bytes).json).toBe(expected);
  });

  it('counts every number that became null', () => {
    const out = new WireWriter();
    out.lengthDelimited(42, () => {
      out.lengthDelimited(1, () => {
        out.lengthDelimited(15, () => {
          out.lengthDelimited(1, () => [1, Number.NaN, Infinity].forEach((n) => out.fixed64(n)));
        });
      });
      out.lengthDelimited(1, () => {
        out.tag(6, WireType.FIXED32);
        out.fixed32(-Infinity);
      });
    });
    expect(write(out.toBytes())).toEqual({ json: '[[1.0,null,null],null]', nonFinite: 3 });
  });

  it('a value before the last one does not count', () => {
    expect(write(Buffer.from('29000000000000f87f2001', 'hex'))).toEqual({ json: '1', nonFinite: 0 });
  });
});

describe('damaged bytes', () => {
  it.each([
    ['a tag alone', '20'],
    ['a cut number', '20ff'],
    ['a number of eleven bytes', '20ffffffffffffffffffff01'],
    ['a cut double', '29000000'],
    ['a cut float', '350000'],
    ['a cut text', '120361'],
    ['a text beyond 2^32 bytes', '128080808010'],
    ['a text that is not UTF-8', '1202c328'],
    ['a text item that is not UTF-8', '62040a02c328'],
    ['a map key that is not UTF-8', 'a201060a040a02c328'],
    ['the wrong wire type of a scalar', '2101000000000000 00'],
    ['the wrong wire type of a list', '7001'],
    ['the wrong wire type of an item', '72050d00000000'],
    ['the wrong wire type of a text item', '62020801'],
    ['the wrong wire type of a map entry', 'a201020801'],
    ['the wrong wire type of a key', 'a201040a020801'],
    ['the wrong wire type of a zone', '8203021001'],
    ['an item without its payload', '62010a'],
    ['a packed list that ends inside a number', '72040a018000'],
    ['packed doubles of five bytes', '7a070a050000000000'],
    ['field number 0', '0001'],
    ['wire type 7', '27'],
    ['an end of a group', '24'],
    ['damage behind a good member', '200720'],
    ['a timestamp beyond the calendar', '82030a08ffffffffffffffff7f'],
  ])('%s', (_, hex) => {
    expect(() => json(hex)).toThrow(CorruptDataError);
  });

  it('nesting has an end', () => {
    expect(write(nested(50, [42, 1])).json).toBe(`${'['.repeat(50)}null${']'.repeat(50)}`);
    expect(() => write(nested(51, [42, 1]))).toThrow(CorruptDataError);
    expect(() => write(nested(2000, [43, 1]))).toThrow(CorruptDataError);
  });

  it('nested maps have an end too, and the next value is not affected', () => {
    const deepest = `${'{"":'.repeat(33)}null${'}'.repeat(33)}`;
    expect(write(nested(33, [20, 1, 2])).json).toBe(deepest);
    expect(() => write(nested(34, [20, 1, 2]))).toThrow(CorruptDataError);
    expect(write(nested(33, [34, 1, 2])).json).toBe(deepest);
  });
});

/** The empty Value, wrapped again and again in messages with these fields (the outermost first). */
function nested(levels: number, fields: readonly number[]): Uint8Array {
  let bytes = new Uint8Array(0);
  for (let level = 0; level < levels; level++) {
    for (const field of fields.toReversed()) {
      const out = new WireWriter(bytes.length + 16);
      out.lengthDelimited(field, () => out.raw(bytes));
      bytes = Uint8Array.from(out.toBytes());
    }
  }
  return bytes;
}
