import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatYaml } from './command-document.js';

describe('formatYaml', () => {
  // Each was read by PyYAML 6, which found the same texts.
  it.each([
    'yes',
    'null',
    '1:30',
    '012',
    '2026-01-01',
    'a: b',
    '- x',
    '# c',
    '',
    '=',
    '<<',
    "it's",
    '"q"',
    '~',
    'y',

    'multi\nline\n',
    ' lead',
    'trail ',
    'a\tb',
    '\u0007bell',
    'line\r\nwin',
    'a\u2028b',
    '\u0085\ufeff',
    '  in\nby',

    'ü😀',
    '@x',
    '0x1F',
    '.inf',
    '1_000',
    '{a}',
    '*al',
    'a #b',
    `${'x'.repeat(200)} y`,
  ])('keeps the text %j', (text) => {
    const formatted = formatYaml({ key: text, [text === '' ? 'empty' : text]: [text] });
    expect(parse(formatted, { version: '1.1' })).toEqual({
      key: text,
      [text === '' ? 'empty' : text]: [text],
    });
    // oxlint-disable-next-line no-control-regex -- PyYAML refuses them as they are
    expect(formatted).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/);
  });

  it('is laid out as Feast prints it', () => {
    const value = {
      spec: { name: 'a', entities: ['b'], tags: { tier: '1' }, online: true },
      list: [{ c: 1, d: 2 }],
    };
    expect(formatYaml(value)).toBe(
      "spec:\n  name: a\n  entities:\n  - b\n  tags:\n    tier: '1'\n  online: true\nlist:\n- c: 1\n  d: 2\n",
    );
  });
});
