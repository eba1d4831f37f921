import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EntityKeys, groupHashes } from './hash-groups.js';

const keysOf = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

/** `key view/row …`, one line for each command. */
function commands(keys: EntityKeys): string[] {
  return groupHashes(keys).flatMap(({ parts, keys: grouped, rows }) =>
    grouped.map((key, index) => {
      const places = parts.flatMap((views, part) =>
        views.map((view) => `${view}/${rows[part]?.[index] ?? index}`),
      );
      return `${Buffer.from(key).toString()} ${places.join(' ')}`;
    }),
  );
}

describe('groupHashes', () => {
  it('asks once for views that share their keys', () => {
    const shared = keysOf('a', 'b');
    expect(commands([shared, shared, shared])).toEqual(['a 0/0 1/0 2/0', 'b 0/1 1/1 2/1']);
  });

  it('looks at the keys of views that share no array', () => {
    expect(commands([keysOf('a', 'b'), keysOf('b', 'c'), [], keysOf('c')])).toEqual([
      'a 0/0',
      'b 0/1 1/0',
      'c 1/1 3/0',
    ]);
  });

  it('keeps entities of other join keys apart', () => {
    expect(commands([keysOf('driver1', 'driver2'), keysOf('customer1')])).toEqual([
      'driver1 0/0',
      'driver2 0/1',
      'customer1 1/0',
    ]);
  });

  it('knows that one key may be the beginning of another', () => {
    expect(commands([keysOf('ab'), keysOf('abc', 'ab')])).toEqual(['ab 0/0 1/1', 'abc 1/0']);
  });

  it('has nothing to ask without keys', () => {
    expect(groupHashes([])).toEqual([]);
    expect(groupHashes([[], []])).toEqual([]);
  });

  it('names each row of each view once, and each key once', () => {
    const key = fc.tuple(fc.constantFrom('a', 'ab', 'b'), fc.nat(6)).map(([prefix, id]) => `${prefix}${id}`);
    const list = fc.uniqueArray(key, { maxLength: 6 }).map((texts) => keysOf(...texts));
    const lists = fc
      .array(list, { minLength: 1, maxLength: 5 })
      .chain((distinct) =>
        fc
          .array(fc.nat(distinct.length - 1), { maxLength: 8 })
          .map((picks) => picks.map((pick) => distinct[pick]!)),
      );
    fc.assert(
      fc.property(lists, (keys) => {
        const found = commands(keys).map((line) => line.split(' '));
        const texts = found.map(([text]) => text);
        expect(new Set(texts).size).toBe(texts.length);
        const rows = found.flatMap(([text, ...places]) => places.map((place) => `${place} ${text}`));
        const expected = keys.flatMap((array, view) =>
          array.map((bytes, row) => `${view}/${row} ${Buffer.from(bytes).toString()}`),
        );
        expect(rows.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});
