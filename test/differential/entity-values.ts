import type { SeededRandom } from '../support/random.ts';
import { type JsonTree, leaf, list, members, textLeaf } from './json-tree.ts';
import type { RepoShape, TypedName } from './repo-shape.ts';

/** Texts of JSON values that a client may send for a number, good and bad. */
const NUMBERS = [
  '1001.0',
  '1001.9',
  '-1001.9',
  '1.001e3',
  '1e3',
  '1E+3',
  '10e-1',
  '0.0',
  '-0.0',
  '-0',
  '0',
  '1',
  '-1',
  '9007199254740992',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '2147483647',
  '2147483648',
  '-2147483649',
  '1e18',
  '1e19',
  '1e308',
  '1e400',
  '-1e400',
  '5e-324',
  '123456789012345678901234567890',
  '0.1',
  '1e22',
  'NaN',
  'Infinity',
  '-Infinity',
  'true',
  'false',
];
const NUMBER_TEXTS = [
  '1001',
  ' 1001 ',
  '+1001',
  '-5',
  '- 5',
  '1_001',
  '1__0',
  '_1',
  '1_',
  '5.0',
  '1e3',
  '0x10',
  '0b1',
  '007',
  '１００１',
  '٣',
  '१२',
  '²',
  '\u00a01001',
  '\u30005',
  '1001\n',
  '\u20051',
  '\ufeff1',
  '',
  ' ',
  'abc',
  '−5',
  '9223372036854775808',
  '-9223372036854775808',
  'nan',
  'inf',
  'true',
  'None',
  '1,001',
  '1001\u0000',
];
const TEXTS = [
  '',
  ' ',
  'C1',
  'c1',
  ' C1',
  'C-1',
  '李雷',
  'Ünïcödé ✓',
  'e\u0301',
  'é',
  '😀',
  '\u2028',
  '\u0000',
  '\t\n',
  '"quoted"',
  'back\\slash',
  "it's",
  '\ud800',
  '\udc00\ud800',
  '\uffff',
  '</script>',
  '{"a":1}',
  'x'.repeat(300),
];
const SHAPES: readonly JsonTree[] = [
  leaf('null'),
  list([]),
  list([leaf('1')]),
  list([leaf('"a"'), leaf('"b"')]),
  list([leaf('1'), leaf('2.5')]),
  list([leaf('null')]),
  list([leaf('1'), leaf('null')]),
  list([list([leaf('1')])]),
  list([members([['a', leaf('1')]])]),
  list([leaf('true')]),
  list([leaf('1.5'), leaf('1e300')]),
  members([]),
  members([['a', leaf('1')]]),
  members([
    ['a', leaf('1')],
    ['b', textLeaf('x')],
    ['c', leaf('null')],
  ]),
  members([['a', members([['b', leaf('0.5')]])]]),
  members([['a', list([])]]),
  members([['a', list([leaf('1'), leaf('2')])]]),
  members([['', list([members([['z', leaf('true')]])])]]),
  members([['__proto__', leaf('1')]]),
];

/** A value that has a row, or none but could have one. */
export function usualValue(random: SeededRandom, key: TypedName, shape: RepoShape): JsonTree {
  const stored = shape.keys[key.name] ?? aliasedKeys(shape, key);
  return stored.length > 0 && random.chance(0.75)
    ? leaf(random.pick(stored))
    : missingValue(random, key.type);
}

/** An alias of a join key has the values of a join key of its type. */
function aliasedKeys(shape: RepoShape, { type }: TypedName): readonly string[] {
  const joinKeys = shape.views.flatMap((view) => view.joinKeys);
  return joinKeys.filter((key) => key.type === type).flatMap(({ name }) => shape.keys[name] ?? []);
}

function missingValue(random: SeededRandom, type: string): JsonTree {
  switch (type) {
    case 'String':
      return textLeaf(random.pick(TEXTS));
    case 'Uuid':
      return textLeaf(random.pick(['123e4567-e89b-12d3-a456-426614174000', 'not a uuid', '']));
    case 'Bool':
      return leaf(random.pick(['true', 'false']));
    case 'Float64':
      return leaf(random.pick(['1.5', '0.1', '-0.0', '1e22']));
    case 'Int32':
      return leaf(String(random.integer(-40, 40)));
    default:
      return leaf(String(random.integer(-5, 3000)));
  }
}

/** Any JSON value, those that a type is made from more often than others. */
export function oddValue(random: SeededRandom): JsonTree {
  const draw = random.next();
  if (draw < 0.3) return leaf(random.pick(NUMBERS));
  if (draw < 0.6) return textLeaf(random.pick(NUMBER_TEXTS));
  if (draw < 0.8) return textLeaf(random.pick(TEXTS));
  return random.pick(SHAPES);
}

/** The same entity in another JSON type. */
export function coercedValue(random: SeededRandom, value: JsonTree): JsonTree {
  if (value.kind !== 'leaf') return value;
  if (value.text.startsWith('"'))
    return leaf(random.pick(['1001', '1.0', 'true', '1e16', '1e-7', '0', '-1']));
  if (!/^-?\d+$/.test(value.text)) return textLeaf(value.text);
  return random.pick([
    textLeaf(value.text),
    textLeaf(` ${value.text}\t`),
    leaf(`${value.text}.0`),
    leaf(`${value.text}.9`),
    leaf(`${value.text}e0`),
  ]);
}
