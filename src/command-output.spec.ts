import { describe, expect, it } from 'vitest';
import { formatTable } from './command-output.js';

describe('formatTable', () => {
  it('aligns columns and leaves nothing behind the last text', () => {
    const rows = [
      { name: 'a', entities: ['x', 'y'], enabled: true, tags: { team: 'ops' } },
      { name: 'longer', entities: [], enabled: false, tags: {} },
    ];
    expect(formatTable({ columns: ['name', 'entities', 'enabled', 'tags'], rows })).toEqual([
      'NAME    ENTITIES  ENABLED  TAGS',
      'a       x, y      Yes      team:ops',
      'longer  -         No       -',
    ]);
  });

  it('counts characters, not their parts', () => {
    const rows = [
      { name: '😀é', type: 'x' },
      { name: 'abc', type: 'y' },
    ];
    expect(formatTable({ columns: ['name', 'type'], rows })).toEqual(['NAME  TYPE', '😀é    x', 'abc   y']);
  });

  it('keeps a row on its line, and the terminal as it is', () => {
    const rows = [{ name: 'two\nlines\u001b[31m', type: null }];
    expect(formatTable({ columns: ['name', 'type'], rows })[1]).toBe('two lines [31m  -');
  });

  it('has the header of an empty table', () => {
    expect(formatTable({ columns: ['name', 'owner'], rows: [] })).toEqual(['NAME  OWNER']);
  });

  it('leaves names of features as they are', () => {
    expect(formatTable({ columns: ['Rate'], rows: [{ Rate: '1' }], keepsCase: true })).toEqual(['Rate', '1']);
  });
});
