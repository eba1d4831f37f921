import { RE2JS } from 're2js';
import { PatternRefusal } from './python-pattern-reader.js';
import { PatternTranslator } from './python-pattern-translator.js';

/** A pattern of Python's `re` that is compared with whole texts, in time that is linear in their length. */
export interface PythonPattern {
  /** `re.fullmatch(pattern, text)`, except that `$` before a last line feed does not fit. */
  matches(text: string): boolean;
}

const MAX_LENGTH = 65_536;
/** What Python's `str.strip` takes away, which is not what `trim` does. */
const PYTHON_SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const OUTER_SPACE = new RegExp(`^${PYTHON_SPACE}+|${PYTHON_SPACE}+$`, 'g');

/**
 * Makes a pattern of Python usable here. What backtracking alone can do (look-around, back references, possessive
 * repetitions), what RE2 means differently (`\b` beyond ASCII), and what is no pattern, is refused.
 *
 * Shape:  a text says why there is no pattern: `look-ahead (?= at position 3`.
 */
export function compilePythonPattern(pattern: string): PythonPattern | string {
  if (pattern.length > MAX_LENGTH) return `more than ${MAX_LENGTH} characters`;
  try {
    const compiled = RE2JS.compile(new PatternTranslator(pattern).translate());
    return { matches: (text) => compiled.testExact(text) };
  } catch (error) {
    if (error instanceof PatternRefusal) return error.message;
    // What the translator lets through and the engine does not: never matched, and told.
    return error instanceof Error ? error.message : String(error);
  }
}

/** Python's `text.strip()`. */
export function pythonStrip(text: string): string {
  return text.replace(OUTER_SPACE, '');
}
