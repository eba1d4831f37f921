import { describe, expect, it } from 'vitest';
import { readJsonText } from './json-text-reader.js';
import { pythonRepr, pythonText } from './python-text.js';

describe('pythonText', () => {
  it.each([
    ['"a\'b"', "a'b"],
    ['1', '1'],
    ['1.0', '1.0'],
    ['1e16', '1e+16'],
    ['NaN', 'nan'],
    ['true', 'True'],
    ['null', 'None'],
    ['9007199254740993', '9007199254740993'],
    // Printed by str(json.loads(text)) of CPython 3.11.7.
    ['[1, "a", {"b": null, "é": [true, -Infinity]}]', "[1, 'a', {'b': None, 'é': [True, -inf]}]"],
  ])('prints %s', (text, expected) => {
    expect(pythonText(readJsonText(text))).toBe(expected);
  });
});

describe('pythonRepr', () => {
  // Printed by repr() of CPython 3.11.7.
  it.each([
    ['plain é日😀', "'plain é日😀'"],
    ["it's", '"it\'s"'],
    ['it\'s "so"', "'it\\'s \"so\"'"],
    ['\\ \t\n\r\u0000\u007f\u00a0\u00ad', "'\\\\ \\t\\n\\r\\x00\\x7f\\xa0\\xad'"],
    ['\u2028\u200b\ud800\u{e0001}', "'\\u2028\\u200b\\ud800\\U000e0001'"],
  ])('prints %j', (text, expected) => {
    expect(pythonRepr(text)).toBe(expected);
  });
});
