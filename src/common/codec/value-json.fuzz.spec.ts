import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonWriter } from './json-writer.js';
import { pythonFloatText } from './number-text.js';
import { WireType, WireWriter } from './protobuf-wire.js';
import { writeValueJson } from './value-json.codec.js';

function write(value: Uint8Array): { readonly json: string; readonly nonFinite: number } {
  const out = new JsonWriter(1);
  const nonFinite = writeValueJson(out, value, 0, value.length);
  return { json: out.toBuffer().toString('utf8'), nonFinite };
}

/** A value, how it is stored, and the JSON text that it has to give. */
interface Sample {
  readonly store: (out: WireWriter) => void;
  readonly json: string;
  readonly nonFinite: number;
}

type ItemSample = Sample & { readonly wireType: 0 | 1 | 2 | 5; readonly field: number };

const sample = (
  field: number,
  wireType: 0 | 1 | 2 | 5,
  json: string,
  store: (out: WireWriter) => void,
): ItemSample => ({
  field,
  wireType,
  json,
  store,
  nonFinite: wireType !== 0 && wireType !== 2 && json === 'null' ? 1 : 0,
});
const floatJson = (value: number): string => (Number.isFinite(value) ? pythonFloatText(value) : 'null');

const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const anyInt64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt));
/** Per scalar field: samples of it. */
const SCALARS: Readonly<Record<number, fc.Arbitrary<ItemSample>>> = {
  1: fc
    .uint8Array({ maxLength: 12 })
    .map((value) => sample(1, 2, `"${Buffer.from(value).toString('base64')}"`, (out) => out.bytes(value))),
  2: anyText.map((value) => sample(2, 2, JSON.stringify(value), (out) => out.string(value))),
  3: fc.integer().map((value) => sample(3, 0, String(value), (out) => out.varint64(value))),
  4: anyInt64.map((value) => sample(4, 0, String(value), (out) => out.varint64(value))),
  5: fc.double().map((value) => sample(5, 1, floatJson(value), (out) => out.fixed64(value))),
  6: fc.float().map((value) => sample(6, 5, floatJson(value), (out) => out.fixed32(value))),
  7: fc.boolean().map((value) => sample(7, 0, String(value), (out) => out.varint(value ? 1 : 0))),
  8: anyInt64.map((value) => sample(8, 0, String(value), (out) => out.varint64(value))),
  44: anyText.map((value) => sample(44, 2, JSON.stringify(value), (out) => out.string(value))),
};
/** Field of a list → field of the scalar that its items are. */
const LISTS: readonly (readonly [list: number, item: number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((item) => [[item + 10, item] as const, [item + 21, item] as const]),
  ...[33, 38, 39, 40, 41, 45, 46].map((list) => [list, 2] as const),
];

const scalarSample: fc.Arbitrary<Sample> = fc.oneof(...Object.values(SCALARS)).map((item) => ({
  json: item.json,
  nonFinite: item.nonFinite,
  store: (out) => {
    out.tag(item.field, item.wireType);
    item.store(out);
  },
}));

const sum = (samples: readonly Sample[]): number =>
  samples.reduce((total, { nonFinite }) => total + nonFinite, 0);
const list = (samples: readonly Sample[]): string => `[${samples.map((item) => item.json).join(',')}]`;

const listSample: fc.Arbitrary<Sample> = fc.constantFrom(...LISTS).chain(([field, itemField]) =>
  fc.tuple(fc.array(SCALARS[itemField]!, { maxLength: 5 }), fc.boolean()).map(([items, packed]) => ({
    json: list(items),
    nonFinite: sum(items),
    store: (out: WireWriter) =>
      out.lengthDelimited(field, () => {
        if (packed && items.length > 0 && items.every((item) => item.wireType !== 2)) {
          out.lengthDelimited(1, () => items.forEach((item) => item.store(out)));
        } else {
          for (const item of items) {
            out.tag(1, item.wireType);
            item.store(out);
          }
        }
      }),
  })),
);

const mapBody = (entries: readonly (readonly [string, Sample])[]): Sample => {
  const last = new Map(entries);
  return {
    json: `{${[...last].map(([key, value]) => `${JSON.stringify(key)}:${value.json}`).join(',')}}`,
    nonFinite: sum([...last.values()]),
    store: (out) => {
      for (const [key, value] of entries) {
        out.lengthDelimited(1, () => {
          out.tag(1, WireType.LENGTH);
          out.string(key);
          out.lengthDelimited(2, () => value.store(out));
        });
      }
    },
  };
};

const { value: valueSample } = fc.letrec<{ value: Sample; map: Sample }>((tie) => ({
  map: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b', ''), anyText), tie('value')), {
      maxLength: 4,
      depthIdentifier: 'v',
    })
    .map(mapBody),
  value: fc.oneof(
    { depthIdentifier: 'v', maxDepth: 4 },
    scalarSample,
    listSample,
    fc.constant<Sample>({ json: 'null', nonFinite: 0, store: () => {} }),
    fc.tuple(fc.constantFrom(20, 34), tie('map')).map(([field, map]) => ({
      ...map,
      store: (out: WireWriter) => out.lengthDelimited(field, () => map.store(out)),
    })),
    fc
      .tuple(
        fc.constantFrom(21, 35, 42, 43),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(tie('map'), { maxLength: 4 }),
      )
      .map(([field, values, maps]): Sample => {
        const items = field < 40 ? maps : values;
        return {
          json: list(items),
          nonFinite: sum(items),
          store: (out) =>
            out.lengthDelimited(field, () =>
              items.forEach((item) => out.lengthDelimited(1, () => item.store(out))),
            ),
        };
      }),
  ),
}));

const bytesOf = ({ store }: Sample): Uint8Array => {
  const out = new WireWriter();
  store(out);
  return out.toBytes();
};

/** `JSON` when that is what comes out, else the name of the error. */
function outcome(bytes: Uint8Array): string {
  try {
    JSON.parse(write(bytes).json);
    return 'JSON';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
const ALLOWED = ['JSON', 'CorruptDataError'];

describe('random values', () => {
  it('give the JSON that they were made from', () => {
    fc.assert(
      fc.property(valueSample, (value) => {
        expect(write(bytesOf(value))).toEqual({ json: value.json, nonFinite: value.nonFinite });
      }),
      { numRuns: 2000 },
    );
  });

  it('with unknown fields and overridden members around them as well', () => {
    fc.assert(
      fc.property(valueSample, valueSample, (first, second) => {
        fc.pre(first.json !== 'null' || first.nonFinite > 0);
        const out = new WireWriter();
        second.store(out);
        out.tag(19, WireType.VARINT);
        out.varint(0);
        first.store(out);
        out.tag(1000, WireType.VARINT);
        out.varint(1);
        expect(write(out.toBytes())).toEqual({ json: first.json, nonFinite: first.nonFinite });
      }),
      { numRuns: 500 },
    );
  });

  it('cut off or changed, are JSON or refused', () => {
    fc.assert(
      fc.property(valueSample, fc.nat(), fc.integer({ min: 0, max: 255 }), (value, at, byte) => {
        const bytes = bytesOf(value);
        fc.pre(bytes.length > 0);
        expect(ALLOWED).toContain(outcome(bytes.subarray(0, at % bytes.length)));
        expect(ALLOWED).toContain(outcome(bytes.map((old, i) => (i === at % bytes.length ? byte : old))));
      }),
      { numRuns: 3000 },
    );
  });

  it('random bytes are JSON or refused', () => {
    const member = fc.constantFrom(
      0x0a,
      0x12,
      0x18,
      0x20,
      0x29,
      0x35,
      0x38,
      0x5a,
      0x62,
      0x72,
      0x7a,
      0x92,
      0xa2,
      0xd2,
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(member, fc.integer({ min: 0, max: 255 }), fc.nat(8)), { maxLength: 40 }),
        (bytes) => {
          expect(ALLOWED).toContain(outcome(Uint8Array.from(bytes)));
        },
      ),
      { numRuns: 5000 },
    );
  });
});
