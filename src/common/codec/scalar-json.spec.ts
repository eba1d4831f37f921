import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../errors/errors.js';
import { JsonWriter } from './json-writer.js';
import { WireReader } from './protobuf-wire.js';
import { writeScalarJson, writeScalarListJson } from './scalar-json.js';
import { BOOL, BYTES, DOUBLE, FLOAT, INT32, INT64, STRING } from './value-form.js';

type Write = (out: JsonWriter, reader: WireReader, form: number) => number;

/** Text, count of what was not finite, and how many bytes were left. */
function run(write: Write, form: number, hex: string, behind = ''): readonly [string, number, number] {
  const bytes = Buffer.from((hex + behind).replaceAll(' ', ''), 'hex');
  const reader = new WireReader(bytes, 0, bytes.length - behind.length / 2);
  const out = new JsonWriter();
  const nonFinite = write(out, reader, form);
  return [out.toBuffer().toString(), nonFinite, reader.end - reader.pos];
}

describe('writeScalarJson', () => {
  it.each<[string, number, string, [json: string, nonFinite: number]]>([
    ['bytes', BYTES, '02fffe', ['"//4="', 0]],
    ['a text', STRING, '03c3a922', ['"é\\""', 0]],
    ['an int32', INT32, 'ffffffffffffffffff01', ['-1', 0]],
    ['an int64', INT64, '8180808080808010', ['9007199254740993', 0]],
    ['a double', DOUBLE, '9a9999999999b93f', ['0.1', 0]],
    ['a double that is not finite', DOUBLE, '000000000000f0ff', ['null', 1]],
    ['a float', FLOAT, 'cdcccc3d', ['0.10000000149011612', 0]],
    ['a float that is no number', FLOAT, '0000c07f', ['null', 1]],
    ['a bool', BOOL, '01', ['true', 0]],
  ])('%s, and stops behind it', (_, form, hex, written) => {
    expect(run(writeScalarJson, form, hex)).toEqual([...written, 0]);
  });
});

describe('writeScalarListJson', () => {
  it.each<[string, number, string, [json: string, nonFinite: number]]>([
    ['nothing', INT64, '', ['[]', 0]],
    ['packed numbers', INT64, '0a03 01 9601', ['[1,150]', 0]],
    ['an empty pack before one number', INT64, '0a00 0807', ['[7]', 0]],
    [
      'a pack after a number and a foreign field',
      FLOAT,
      '0d0000803f 1205ffffffffff 0a080000803f0000c07f',
      ['[1.0,1.0,null]', 1],
    ],
    ['empty texts', STRING, '0a00 0a00', ['["",""]', 0]],
  ])('%s, and stays in its range', (_, form, hex, written) => {
    expect(run(writeScalarListJson, form, hex, '0801')).toEqual([...written, 0]);
  });

  it.each([
    ['a pack that ends inside a number', INT64, '0a018001'],
    ['a pack of texts', STRING, '0802'],
    ['a pack beyond the range', INT64, '0a0501'],
  ])('refuses %s', (_, form, hex) => {
    expect(() => run(writeScalarListJson, form, hex)).toThrow(CorruptDataError);
  });
});
