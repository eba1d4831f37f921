import { describe, expect, it } from 'vitest';
import { encodeTransform } from './transform-text.js';

function textOf(view: string, source: string): string {
  const { transformation } = encodeTransform(view, source);
  if (transformation.case !== 'userDefinedFunction') throw new Error(`${transformation.case}`);
  expect(transformation.value).toMatchObject({ name: 'computed_by_salver', mode: 'python' });
  expect(transformation.value.body).toHaveLength(0);
  return transformation.value.bodyText;
}

describe('a transformation in TypeScript', () => {
  it('is a Python function that says who computes it, under the TypeScript', () => {
    expect(textOf('ratio', '({ stats }) => ({\n  ratio: stats.rate,  \n})'))
      .toBe(`# Written by Salver. The transformation in TypeScript:
# | ({ stats }) => ({
# |   ratio: stats.rate,
# | })
def computed_by_salver(inputs):
    raise NotImplementedError("The on-demand feature view ratio is written in TypeScript: only Salver computes it.")
`);
  });

  it('stays one comment, whatever is in it', () => {
    const text = textOf('v', 'a\r\nb\rc\u0000\f\u2028"""\td\u{1f600}\ud800');
    expect(text.split('\n').slice(1, 4)).toEqual([
      '# | a',
      '# | b',
      '# | c\\u0000\\u000c\u2028"""\td\u{1f600}\ufffd',
    ]);
  });

  it('names views of any name in ASCII', () => {
    expect(textOf('a"b\\ü\n\u{1f600}', '')).toContain(
      'view a\\u0022b\\u005c\\u00fc\\u000a\\U0001f600 is written',
    );
  });
});
