import { describe, expect, it } from 'vitest';
import { readJsonText } from './json-text-reader.js';
import { jsonText } from './json-text.js';

describe('jsonText', () => {
  // Printed by json.dumps(json.loads(text)) of CPython 3.11.7.
  it.each([
    ['[1,-0,1.0,1e22,NaN,-Infinity]', '[1, 0, 1.0, 1e+22, NaN, -Infinity]'],
    [
      '{"é":"日\\ud83d\\ude00\\u007f\\u0000\\b\\f\\n\\r\\t\\"\\\\/"}',
      '{"\\u00e9": "\\u65e5\\ud83d\\ude00\\u007f\\u0000\\b\\f\\n\\r\\t\\"\\\\/"}',
    ],
    ['{"b":{},"a":[]}', '{"b": {}, "a": []}'],
    ['[true,false,null,9007199254740993,"\\ud800"]', '[true, false, null, 9007199254740993, "\\ud800"]'],
  ])('prints %s', (text, expected) => {
    expect(jsonText(readJsonText(text))).toBe(expected);
  });
});
