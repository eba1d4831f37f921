import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substituteEnvironment } from './environment-substitution.js';

const ENV = {
  A: 'value',
  EMPTY: '',
  REF: '$A',
  UNSET: undefined,
  'a-b': 'dashed',
  LINES: 'x\nprovider: gcp',
};

describe('substituteEnvironment', () => {
  it.each([
    ['$A', 'value'],
    ['${A}', 'value'],
    ["'$A' # $A", "'value' # value"],
    ['$AB ${AB}', '$AB ${AB}'],
    ['$UNSET ${UNSET}', '$UNSET ${UNSET}'],
    ['[${EMPTY}]', '[]'],
    ['${A:-d}', '${A:-d}'],
    ['$$A', '$value'],
    ['\\$A', '\\value'],
    ['$REF', '$A'],
    ['${a-b}', 'dashed'],
    ['${A', '${A'],
    ['${} $ $', '${} $ $'],
    ['$Aé', 'valueé'],
    ['$toString ${__proto__}', '$toString ${__proto__}'],
    ['provider: $LINES', 'provider: x\nprovider: gcp'],
  ])('makes of %j %j', (text, expected) => {
    expect(substituteEnvironment(text, ENV)).toBe(expected);
  });

  it('changes nothing where no variable is set', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(substituteEnvironment(text, {})).toBe(text);
      }),
    );
  });
});
