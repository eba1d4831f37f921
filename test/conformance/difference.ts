import { type ExactJson, type ExactJsonObject, isExactObject, JsonNumber, shownJson } from './json-exact.ts';

/** How two documents are held against each other. */
export interface Comparison {
  /** `text`: `1` and `1.0` differ. `value`: integers by every digit, other numbers as doubles. */
  readonly numbers: 'text' | 'value';
  /** `subset`: an object may hold more keys than the wanted one; below an array all keys count again. */
  readonly keys: 'same' | 'subset';
}

/** The first place where `got` is not what is wanted, in words; undefined when there is none. */
export function firstDifference(
  want: ExactJson,
  got: ExactJson,
  comparison: Comparison,
  path = '$',
): string | undefined {
  if (want instanceof JsonNumber && got instanceof JsonNumber) {
    return sameNumber(want.text, got.text, comparison.numbers) ? undefined : told(path, want, got);
  }
  if (Array.isArray(want) && Array.isArray(got)) return arrayDifference(want, got, comparison, path);
  if (isExactObject(want) && isExactObject(got)) return objectDifference(want, got, comparison, path);
  return want === got ? undefined : told(path, want, got);
}

function arrayDifference(
  want: readonly ExactJson[],
  got: readonly ExactJson[],
  comparison: Comparison,
  path: string,
): string | undefined {
  if (want.length !== got.length) return `${path}: want ${want.length} elements, got ${got.length}`;
  const inside: Comparison = { ...comparison, keys: 'same' };
  for (const [index, item] of want.entries()) {
    const difference = firstDifference(item, got[index] as ExactJson, inside, `${path}[${index}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function objectDifference(
  want: ExactJsonObject,
  got: ExactJsonObject,
  comparison: Comparison,
  path: string,
): string | undefined {
  const missing = Object.keys(want).find((key) => !Object.hasOwn(got, key));
  if (missing !== undefined) return `${path}: missing key ${missing}`;
  const extra = Object.keys(got).find((key) => !Object.hasOwn(want, key));
  if (extra !== undefined && comparison.keys === 'same') return `${path}: extra key ${extra}`;
  for (const [key, item] of Object.entries(want)) {
    const difference = firstDifference(item, got[key] as ExactJson, comparison, `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function sameNumber(want: string, got: string, numbers: Comparison['numbers']): boolean {
  if (want === got) return true;
  if (numbers === 'text') return false;
  const integer = /^-?\d+$/;
  if (integer.test(want) && integer.test(got)) return BigInt(want) === BigInt(got);
  return Number(want) === Number(got);
}

function told(path: string, want: ExactJson, got: ExactJson): string {
  return `${path}: want ${shownJson(want)} got ${shownJson(got)}`;
}
