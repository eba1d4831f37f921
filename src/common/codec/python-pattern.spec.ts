import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePythonPattern, pythonStrip, type PythonPattern } from './python-pattern.js';

interface Verdict {
  readonly pattern: string;
  readonly error?: string;
  /** Indexes of names. */
  readonly matches?: readonly number[];
}

/** What CPython says: `test/fixtures/permissions/make_patterns.py`. */
const { names, verdicts } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../test/fixtures/permissions/patterns.json'), 'utf8'),
) as { readonly names: readonly string[]; readonly verdicts: readonly Verdict[] };

/** What is refused although Python takes it, by its reason. */
const UNTRANSLATED =
  /^(?:back reference|a possessive|\\W inside|word boundary|\\N|a character beyond ASCII|the flag x|look-|atomic|conditional|counted|more than 1000 rep)/;

const results = new Map(verdicts.map(({ pattern }) => [pattern, compilePythonPattern(pattern)]));

function compiled(pattern: string): PythonPattern {
  const result = results.get(pattern) ?? compilePythonPattern(pattern);
  if (typeof result === 'string') throw new Error(`${pattern}: ${result}`);
  return result;
}

describe('compilePythonPattern', () => {
  it('takes nothing that Python refuses', () => {
    const taken = verdicts.filter(
      ({ pattern, error }) => error !== undefined && typeof results.get(pattern) !== 'string',
    );
    expect(taken).toEqual([]);
  });

  it('fits the same names as Python, except that $ never stands before a last line feed', () => {
    const taken = verdicts.filter(
      ({ pattern, error }) => error === undefined && typeof results.get(pattern) !== 'string',
    );
    expect(taken.length).toBeGreaterThan(400);
    const different = taken.filter(({ pattern, matches = [] }) => {
      const fitting = names.flatMap((name, index) => (compiled(pattern).matches(name) ? [index] : []));
      return fitting.join() !== matches.join();
    });
    expect(different.map(({ pattern }) => pattern)).toEqual(['a$\n']);
  });

  it('refuses what Python takes for one of a few reasons, and says where', () => {
    const refused = verdicts
      .filter(({ error }) => error === undefined)
      .map(({ pattern }) => results.get(pattern))
      .filter((result) => typeof result === 'string');
    expect(refused.length).toBeGreaterThan(20);
    for (const reason of refused) expect(reason).toMatch(UNTRANSLATED);
    expect(compilePythonPattern('a(?=b)')).toBe('look-ahead (?= at position 1');
  });

  it.each([
    ['(a+)+b', 'a'.repeat(5000)],
    ['(a|aa)+b', 'a'.repeat(5000)],
    ['(.*)*(.*)*(.*)*x', 'a'.repeat(5000)],
    ['(a?){300}a{300}', 'a'.repeat(299)],
    [String.raw`(\w+\s?)+!`, 'word '.repeat(1000)],
  ])('runs away in Python, and not here: %s', (pattern, name) => {
    const start = performance.now();
    expect(compiled(pattern).matches(name)).toBe(false);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it.each([
    ['((a{1000}){1000}){1000}'],
    ['(a{1000})'.repeat(1000)],
    ['([ab]?){200}'.repeat(50)],
    ['('.repeat(30_000) + ')'.repeat(30_000)],
    ['a'.repeat(70_000)],
  ])('refuses what would take much memory: %#', (pattern) => {
    const start = performance.now();
    const before = process.memoryUsage.rss();
    expect(compilePythonPattern(pattern)).toBeTypeOf('string');
    expect(performance.now() - start).toBeLessThan(5000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('takes a long list of names', () => {
    const pattern = compiled(Array.from({ length: 3000 }, (_, index) => `view_${index}`).join('|'));
    expect(pattern.matches('view_2999')).toBe(true);
    expect(pattern.matches('view_3000')).toBe(false);
  });
});

describe('pythonStrip', () => {
  // `'…'.strip()` of CPython 3.11.
  it.each([
    ['  a b \n', 'a b'],
    ['\u001ca\u0085', 'a'],
    ['\ufeffa', '\ufeffa'],
    ['', ''],
    [' \t ', ''],
  ])('%j is %j', (text, stripped) => {
    expect(pythonStrip(text)).toBe(stripped);
  });
});
