import type {
  DocumentFilter,
  FilterComparison,
  FilterOperator,
} from '../../../../common/model/document-filter.js';
import type { FeatureColumn } from './feature-column.js';

/**
 * Which documents pass a filter.
 *
 * Shape:  `mask[document]` is 1 for one that passes. `columnOf` is asked once per comparison; undefined for a feature
 *         that no document has.
 */
export function filterMask(
  filter: DocumentFilter,
  documents: number,
  columnOf: (feature: string) => FeatureColumn | undefined,
): Uint8Array {
  if (filter.kind === 'comparison') return comparisonMask(filter, documents, columnOf(filter.feature));
  const [first, ...others] = filter.filters.map((each) => filterMask(each, documents, columnOf));
  const mask = first ?? new Uint8Array(documents).fill(1);
  for (const other of others) {
    for (let at = 0; at < documents; at++) {
      mask[at] = filter.kind === 'and' ? mask[at]! & other[at]! : mask[at]! | other[at]!;
    }
  }
  return mask;
}

function comparisonMask(
  { operator, operand }: FilterComparison,
  documents: number,
  column: FeatureColumn | undefined,
): Uint8Array {
  if (column === undefined) return new Uint8Array(documents);
  // What is in no list at all: every row, be it a null.
  if (operator === 'nin' && operand.values.length === 0) return column.present.slice();
  return operand.kind === 'text'
    ? textMask(column.texts, textTest(operator, operand.values))
    : numberMask(column.numbers, numberTest(operator, operand.values));
}

function textMask(texts: readonly (string | null)[], test: (text: string) => boolean): Uint8Array {
  const mask = new Uint8Array(texts.length);
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!;
    if (text !== null && test(text)) mask[at] = 1;
  }
  return mask;
}

function numberMask(numbers: Float64Array, test: (number: number) => boolean): Uint8Array {
  const mask = new Uint8Array(numbers.length);
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at]!;
    if (!Number.isNaN(number) && test(number)) mask[at] = 1;
  }
  return mask;
}

function textTest(operator: FilterOperator, values: readonly string[]): (text: string) => boolean {
  const set = new Set(values);
  if (operator === 'in') return (text) => set.has(text);
  if (operator === 'nin') return (text) => !set.has(text);
  const [value = ''] = values;
  if (operator === 'eq') return (text) => text === value;
  const holds = ORDER_TESTS[operator];
  return (text) => holds(compareTexts(text, value));
}

function numberTest(operator: FilterOperator, values: readonly number[]): (number: number) => boolean {
  const set = new Set(values);
  // What is not a number is equal to nothing, and not unequal either.
  const hasNone = set.has(Number.NaN);
  if (operator === 'in') return (number) => set.has(number);
  if (operator === 'nin') return (number) => !hasNone && !set.has(number);
  const [value = Number.NaN] = values;
  const holds = ORDER_TESTS[operator];
  if (hasNone) return () => false;
  // Not the difference: of two infinities that is NaN.
  return (number) => holds(number < value ? -1 : number > value ? 1 : 0);
}

const ORDER_TESTS: Readonly<Record<Exclude<FilterOperator, 'in' | 'nin'>, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

/** In the order of code points, which is that of UTF-8 and of SQLite; `<` is that of UTF-16. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
