import { describe, expect, it } from 'vitest';
import type { Frame } from './frame.js';
import { readFrame } from './frame.codec.js';
import { parsePushRequest } from './push.request.js';

const LIMITS = { rows: 10, features: 10, cells: 100 };

function frameOf(df: string): Frame {
  const request = parsePushRequest(Buffer.from(`{"push_source_name": "s", "df": ${df}}`));
  return readFrame(request.df, LIMITS, request.dfText);
}

describe('the text of a frame', () => {
  it('is what was sent, where all columns are lists', () => {
    const text = '{"a" : [1.0, NaN], "b": ["é", null]}';
    expect(frameOf(text).text).toBe(text);
  });

  it.each(['{"a": [1, 2], "b": 3}', '{"a": {"0": 1}}', '[{"a": 1}, {"a": 2}]', '[{"a": [1], "b": 2}]'])(
    'is missing where the columns are not as they were sent: %s',
    (text) => expect(frameOf(text).text).toBeUndefined(),
  );
});
